import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { AppError } from '../../services/errors.js';

/** Programs of bench/ that can be asked for by name. */
const BENCHMARKS = [
  'quality',
  'offers',
  'few-shot',
  'look-alike',
  'soft-prompt',
  'tune',
  'noise',
  'speed',
  'refresh',
  'deletion',
  'scroll',
  'latency',
  'fit',
];

/** The benchmarks are programs of their own (bench/): they come with the sources, not with the installed app. */
export function register(program: Command): void {
  program
    .command('bench')
    .description(`print the tables of the documents again: ${BENCHMARKS.join(', ')}`)
    .argument(`<${BENCHMARKS.join('|')}>`, 'which tables')
    .argument('[options...]', 'as in bench/README.md')
    .allowUnknownOption()
    .action(run);
}

async function run(what: string, options: string[]): Promise<void> {
  const script = `bench/${what}.ts`;
  if (!BENCHMARKS.includes(what) || !existsSync(script))
    throw new AppError(
      'unknown-benchmark',
      `There is no benchmark "${what}"`,
      `write one of ${BENCHMARKS.join(', ')}, in a checkout of the sources`,
    );
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...options], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((done) => child.on('exit', (code) => done(code ?? 1)));
}
