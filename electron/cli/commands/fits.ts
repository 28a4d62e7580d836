import type { Command } from 'commander';
import { compose, type Services } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import {
  deletedFits,
  deleteFit,
  listFits,
  purgeFit,
  restoreFit,
  useFit,
  type FitVersion,
} from '../../services/fit/fit-versions.js';
import type { Opening } from '../../services/fit/judge.js';
import { parseFit } from '../fit-option.js';
import { printResult } from '../output.js';
import { tableLines } from '../tables.js';

interface Options {
  workspace: string;
  use?: string;
  delete?: string;
  restore?: string;
  purge?: string;
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
    .option('--purge <number>', 'delete for good a fit that was deleted before')
    .option('--json', 'print the fits as JSON, with curve and plan')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const act = parseAct(options);
  const services = await compose(options.workspace);
  try {
    const done = await act(services);
    const fits = await listFits(services.workspace, services.modelHash());
    const deleted = await deletedFits(services.workspace);
    printResult(options.json, fits, [...done, ...fitTable(fits), ...deletedLines(deleted)]);
  } finally {
    services.close();
  }
}

/** What to do before the fits are listed; tells of it in lines. */
function parseAct({ use, delete: unwanted, restore, purge }: Options): (services: Services) => Promise<string[]> {
  if ([use, unwanted, restore, purge].filter((value) => value !== undefined).length > 1)
    throw new AppError(
      'option-invalid',
      '--use, --delete, --restore and --purge exclude each other',
      'give one of them',
    );
  if (use !== undefined) {
    const id = use === 'none' ? undefined : fitNumber('--use', use);
    return async ({ workspace, modelHash }) => {
      await useFit(workspace, id, modelHash());
      return [];
    };
  }
  if (unwanted !== undefined) {
    const id = fitNumber('--delete', unwanted);
    return async ({ workspace }) => deletionLines(id, await deleteFit(workspace, id));
  }
  if (restore !== undefined) {
    const id = fitNumber('--restore', restore);
    return async ({ workspace }) => {
      await restoreFit(workspace, id);
      return [`restored: fit ${id}`];
    };
  }
  if (purge === undefined) return () => Promise.resolve([]);
  const id = fitNumber('--purge', purge);
  return async ({ workspace }) => purgeLines(id, await purgeFit(workspace, id));
}

function deletionLines(id: number, needing: readonly string[]): string[] {
  return [
    `deleted: fit ${id} (--restore ${id} brings it back)`,
    ...(needing.length > 0 ? [`tuned on it, and unable to rank until it is back: ${needing.join(', ')}`] : []),
  ];
}

function purgeLines(id: number, needing: readonly string[]): string[] {
  return [
    `deleted for good: fit ${id}`,
    ...(needing.length > 0 ? [`tuned on it, to be tuned again: ${needing.join(', ')}`] : []),
  ];
}

function deletedLines(deleted: readonly number[]): string[] {
  if (deleted.length === 0) return [];
  return [`deleted, and brought back by --restore: ${deleted.join(', ')}`];
}

function fitTable(fits: readonly FitVersion[]): string[] {
  if (fits.length === 0) return ['no fit: make one with `fit`'];
  return tableLines([
    ['fit', 'started (UTC)', 'state', 'customers', 'seed', 'steps', 'seconds', 'foreseen', 'named', 'gates', 'in use'],
    ...fits.map((fit) => [
      String(fit.id),
      fit.startedAt.slice(0, 16).replace('T', ' '),
      stateWord(fit),
      String(fit.plan.customers),
      String(fit.plan.seed),
      `${fit.step}/${fit.plan.steps}`,
      fit.seconds.toFixed(0),
      ...(fit.verdict
        ? [figures(fit.verdict), figures(fit.verdict.named), `${fit.verdict.gate}, ${fit.verdict.named.gate}`]
        : ['', '', '']),
      fit.current ? 'yes' : '',
    ]),
  ]).concat('foreseen, named: mean AUC of the two kinds of held-back questions, as shipped → fitted');
}

function stateWord({ state, outdated }: FitVersion): string {
  if (state === 'running') return outdated ? 'paused, outdated' : 'paused';
  return state === 'kept' ? 'kept' : 'not kept';
}

function figures({ auc, score }: Opening): string {
  return `${auc[0]!.toFixed(3)} → ${score.toFixed(3)}`;
}

function fitNumber(name: string, text: string): number {
  const fit = parseFit(text);
  if (typeof fit === 'number') return fit;
  throw new AppError('option-invalid', `${name} is "${text}"`, 'give the number of a fit');
}
