// `npm run -s cli -- bench fit [--customers 100000] [--minutes M]`: seconds and peak memory of a fit of many customers (those
// of the bundled sample, repeated). `bench fit --kill [--steps 40]`: a fit of the sample that is killed (SIGKILL) at half of
// its steps and goes on, beside one that is left alone.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FitVersion } from '../electron/services/fit/fit-versions.js';
import { fitWorkspace } from '../electron/services/fit/fit.js';
import { encode } from '../electron/services/index/encode.js';
import { importSample, repeatedSample } from './repeated-sample.js';

const { values: options } = parseArgs({
  options: {
    customers: { type: 'string', default: '100000' },
    minutes: { type: 'string' },
    kill: { type: 'boolean', default: false },
    steps: { type: 'string', default: '40' },
    cache: { type: 'string', default: '.cache/fit' },
  },
});
rmSync(options.cache, { recursive: true, force: true });
mkdirSync(options.cache, { recursive: true });
await (options.kill ? compareKilled() : measure());

async function measure(): Promise<void> {
  const services = await repeatedSample(options.cache, Number(options.customers));
  const started = performance.now();
  const engine = await services.engine('cpu');
  await encode(services.workspace, engine);
  const prepared = performance.now();
  const before = peak();
  const steps: number[] = [];
  let last = performance.now();
  const fit = await fitWorkspace(
    services.workspace,
    engine,
    options.minutes ? { minutes: Number(options.minutes) } : {},
    {
      signal: new AbortController().signal,
      progress: ({ stage }) => {
        if (stage === 'learn') steps.push(performance.now() - last);
        last = performance.now();
      },
    },
  );
  const ended = performance.now();
  services.close();
  const middle = steps.slice(1).sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? NaN;
  console.log(
    `| customers | learned from | prepare, s | fit, s | steps | median step, s | peak before, MiB | peak, MiB |`,
  );
  console.log('|---|---|---|---|---|---|---|---|');
  const cells = [
    options.customers,
    fit.plan.customers,
    ((prepared - started) / 1000).toFixed(1),
    ((ended - prepared) / 1000).toFixed(1),
    fit.step,
    (middle / 1000).toFixed(2),
    before,
    peak(),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** Peak memory of this process so far, in MiB. */
function peak(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

async function compareKilled(): Promise<void> {
  for (const name of ['whole', 'killed']) (await importSample(workspaceOf(name))).close();
  const half = Number(options.steps) / 2;
  const whole = JSON.parse(await fitByCommand('whole')) as FitVersion;
  const left = await fitByCommand('killed', half);
  if (left !== '') throw new Error('The fit ended before it was killed; give more --steps');
  const resumed = JSON.parse(await fitByCommand('killed')) as FitVersion;
  console.log('| held-back AUC after step | left alone | killed and resumed |\n|---|---|---|');
  // All judgements, because the best one may come before the kill and would say nothing of what came after it.
  whole.curve.forEach(({ step, score }, at) =>
    console.log(`| ${step} | ${score.toFixed(4)} | ${resumed.curve[at]!.score.toFixed(4)} |`),
  );
  const difference = Math.max(...whole.curve.map(({ score }, at) => Math.abs(score - resumed.curve[at]!.score)));
  console.log(`\nThey differ by ${difference.toFixed(4)} at most; 0.005 is allowed.`);
  if (difference > 0.005) process.exitCode = 1;
}

function workspaceOf(name: string): string {
  return join(options.cache, `${name}.instructue`);
}

/**
 * Runs the command `fit` in a process of its own.
 * @param killedAt a step at which the process is killed
 * @returns what it printed
 */
function fitByCommand(name: string, killedAt = Infinity): Promise<string> {
  const command = ['electron/cli/main.ts', 'fit', '--workspace', workspaceOf(name), '--steps', options.steps, '--json'];
  const child = spawn(process.execPath, ['--import', 'tsx', ...command, '--device', 'cpu']);
  let [printed, told] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()));
  child.stderr.on('data', (part: Buffer) => {
    told += part.toString();
    const steps = [...told.matchAll(/^learn: (\d+) of/gm)].map(([, step]) => Number(step));
    if ((steps.at(-1) ?? 0) >= killedAt) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) =>
    child.on('exit', (code, signal) =>
      code === 0 || signal === 'SIGKILL' ? resolve(printed) : reject(new Error(`The fit failed: ${told}`)),
    ),
  );
}
