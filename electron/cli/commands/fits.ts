import type { Command } from 'commander';
import { compose } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { deleteFit, listFits, restoreFit, useFit } from '../../services/fit/fit-versions.js';
import { parseFit } from '../fit-option.js';
import { printResult } from '../output.js';
import { fitLines } from './fit.js';

interface Options {
  workspace: string;
  use?: string;
  delete?: string;
  restore?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('fits')
    .description('the fits of a workspace: what they learned from and what they are worth')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--use <number>', 'let rankings use this fit, or none')
    .option('--delete <number>', 'delete a fit')
    .option('--restore <number>', 'bring a deleted fit back')
    .option('--json', 'print the fits as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { use, delete: unwanted, restore } = options;
  if ([use, unwanted, restore].filter((value) => value !== undefined).length > 1)
    throw new AppError('option-invalid', '--use, --delete and --restore exclude each other', 'give one of them');
  const services = await compose(options.workspace);
  try {
    const { workspace } = services;
    if (use !== undefined)
      await useFit(workspace, use === 'none' ? undefined : fitNumber('--use', use), services.modelHash());
    const done =
      unwanted === undefined ? [] : deletedLines(unwanted, await deleteFit(workspace, fitNumber('--delete', unwanted)));
    if (restore !== undefined) await restoreFit(workspace, fitNumber('--restore', restore));
    const fits = await listFits(workspace, services.modelHash());
    const lines = fits.flatMap((fit) => [...fitLines(fit), ...(fit.current ? ['in use'] : [])]);
    printResult(options.json, fits, [...done, ...(lines.length > 0 ? lines : ['no fit yet: make one with `fit`'])]);
  } finally {
    services.close();
  }
}

function deletedLines(id: string, needing: readonly string[]): string[] {
  return [
    `deleted: fit ${id} (--restore ${id} brings it back)`,
    ...(needing.length > 0 ? [`tuned on it, and unable to rank until it is back: ${needing.join(', ')}`] : []),
  ];
}

function fitNumber(name: string, text: string): number {
  const fit = parseFit(text);
  if (typeof fit === 'number') return fit;
  throw new AppError('option-invalid', `${name} is "${text}"`, 'give the number of a fit');
}
