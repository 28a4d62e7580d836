import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { compose, parseDevice } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { findTuned, tunedExamples } from '../../services/tune/tuned-store.js';
import { printResult, terminalTask } from '../output.js';
import { tableLines } from '../tables.js';

interface Options {
  workspace: string;
  tuned: string;
  count: string;
  out?: string;
  device: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('suggest')
    .description('the customers whose answer would teach a tuned instruction most')
    .requiredOption('--workspace <file>', 'the workspace')
    .requiredOption('--tuned <name>', 'the tuned instruction, NAME or NAME@VERSION')
    .option('--count <n>', 'how many customers', '10')
    .option(
      '--out <file.csv>',
      'write user_id and label here: the earlier answers, and empty cells to fill in; then give the file to tune',
    )
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the customers as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  parseDevice(options.device);
  const count = Number(options.count);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new AppError('option-invalid', `--count is "${options.count}"`, 'give a whole number from 1 to 100');
  const services = await compose(options.workspace);
  try {
    const suggestions = await services.suggest(options.tuned, count, { device: options.device }, terminalTask());
    if (options.out !== undefined) {
      const { id } = await findTuned(services.workspace, options.tuned);
      const answered = (await tunedExamples(services.workspace, id)).filter(({ label }) => label !== null);
      const rows = [
        ...suggestions.map(({ userId }) => `${quote(userId)},`),
        ...answered.map(({ userId, label }) => `${quote(userId)},${label}`),
      ];
      writeFileSync(options.out, ['user_id,label', ...rows, ''].join('\n'));
    }
    printResult(options.json, suggestions, [
      ...tableLines([
        ['customer', 'probability', 'worth'],
        ...suggestions.map(({ userId, probability, worth }) => [userId, probability.toFixed(2), worth.toFixed(2)]),
      ]),
      ...(options.out === undefined
        ? []
        : [`written: ${options.out}; fill in the empty labels and tune with --labels ${options.out} --label label`]),
    ]);
  } finally {
    services.close();
  }
}

function quote(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
