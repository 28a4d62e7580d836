import type { Command } from 'commander';
import { compose } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { overviewOf } from '../../services/import/overview.js';
import { findRemoved, purgeRemoved, removeNamed, restoreFile } from '../../services/import/remove-file.js';
import { printResult } from '../output.js';

interface Options {
  workspace: string;
  remove?: string;
  restore?: string;
  purge?: boolean;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('sources')
    .description('the files of a workspace; delete one, bring it back, purge what was deleted')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--remove <name>', 'delete the file of this name; its rows are kept until purged')
    .option('--restore <name>', 'bring a deleted file back')
    .option('--purge', 'take deleted files out for good')
    .option('--json', 'print the files as JSON')
    .action(run);
}

async function run({ workspace: path, remove, restore, purge = false, json }: Options): Promise<void> {
  if ([remove !== undefined, restore !== undefined, purge].filter(Boolean).length > 1)
    throw new AppError('option-invalid', 'Several of --remove, --restore and --purge are given', 'give one of them');
  const services = await compose(path);
  try {
    const { workspace } = services;
    if (remove !== undefined) await removeNamed(workspace, remove);
    if (restore !== undefined) await restoreFile(workspace, await findRemoved(workspace, restore));
    const purged = purge ? await purgeRemoved(workspace) : 0;
    const { sources, removed } = await overviewOf(workspace);
    printResult(json, { workspace: path, sources, removed, purged }, [
      ...sources.map(
        ({ kind, name, accepted, customers }) => `${kind}: ${name}, ${accepted} rows of ${customers} customers`,
      ),
      ...removed.map(
        ({ kind, name, accepted }) => `deleted: ${name} (${kind}, ${accepted} rows); --restore brings it back`,
      ),
      ...(purge ? [`purged: ${purged} deleted files`] : []),
    ]);
  } finally {
    services.close();
  }
}
