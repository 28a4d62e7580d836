import type { Command } from 'commander';
import { compose, type Services } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { listTuned, type TunedVersion } from '../../services/tune/tuned-store.js';
import { deleteTuned, noteTuned, purgeTuned, restoreTuned, useTuned } from '../../services/tune/tuned-versions.js';
import { printResult } from '../output.js';
import { estimateText, tableLines } from '../tables.js';

interface Options {
  workspace: string;
  delete?: string;
  restore?: string;
  use?: string;
  note?: string;
  purge?: boolean;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('tuned')
    .description('the tuned instructions of a workspace: who was used, when, and what they are worth')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--delete <name>', 'delete NAME@VERSION, or all versions of NAME')
    .option('--restore <name>', 'bring them back')
    .option('--use <name@version>', 'let NAME stand for this version, whatever came after it')
    .option('--note <name=text>', 'write a note to NAME or NAME@VERSION; an empty text takes it away')
    .option('--purge', 'delete for good what was deleted before')
    .option('--json', 'print the versions as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const act = parseAct(options);
  const services = await compose(options.workspace);
  try {
    const done = await act(services);
    const versions = await listTuned(services.workspace);
    printResult(options.json, versions, [...done, ...versionLines(versions)]);
  } finally {
    services.close();
  }
}

/** What to do before the versions are listed; tells of it in lines. */
function parseAct(options: Options): (services: Services) => Promise<string[]> {
  const { delete: unwanted, restore, use, note, purge } = options;
  const given = [unwanted, restore, use, note, purge].filter((value) => value !== undefined);
  if (given.length > 1)
    throw new AppError(
      'option-invalid',
      '--delete, --restore, --use, --note and --purge exclude each other',
      'give one of them',
    );
  if (unwanted !== undefined)
    return async ({ workspace }) => [
      `deleted: ${await deleteTuned(workspace, unwanted)} (--restore "${unwanted}" brings it back)`,
    ];
  if (restore !== undefined) return async ({ workspace }) => [`restored: ${await restoreTuned(workspace, restore)}`];
  if (use !== undefined)
    return async ({ workspace }) => {
      const { name, version } = await useTuned(workspace, use);
      return [`"${name}" stands for version ${version}`];
    };
  if (note !== undefined) return parseNote(note);
  if (purge) return async ({ workspace }) => [`deleted for good: ${await purgeTuned(workspace)}`];
  return () => Promise.resolve([]);
}

function parseNote(text: string): (services: Services) => Promise<string[]> {
  const at = text.indexOf('=');
  if (at < 1) throw new AppError('option-invalid', `"${text}" is not a note`, 'write --note NAME@VERSION=TEXT');
  return async ({ workspace }) => {
    await noteTuned(workspace, text.slice(0, at), text.slice(at + 1));
    return [];
  };
}

function versionLines(versions: readonly TunedVersion[]): string[] {
  if (versions.length === 0) return ['no tuned instruction yet; make one with tune'];
  return tableLines([
    ['version', 'made', 'examples', 'AUC before', 'AUC after', 'used', 'instruction', 'note'],
    ...versions.map((one) => [
      `${one.name}@${one.version}`,
      one.createdAt.slice(0, 16).replace('T', ' '),
      one.kind === 'labels'
        ? `${one.counts.positives} with, ${one.counts.negatives} without`
        : `${one.counts.positives} seeds, ${one.counts.unlabelled} others`,
      estimateText(one.before),
      estimateText(one.after),
      one.chosen ? 'chosen' : one.inUse ? 'yes' : 'no',
      one.question.instruction,
      one.note,
    ]),
  ]);
}
