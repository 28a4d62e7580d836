import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { loadRows, type Counts } from './load.js';
import { asUtf8, withColumns } from './probe.js';
import { isOncePerCustomer, type Reading, type ReadRows } from './read-file.js';
import { isSource } from './sources.js';
import { addStaged, takeOver } from './staged-rows.js';
import { nextFileId, type StoredFile } from './stored-file.js';

/**
 * Adds the rows of a file to those of an earlier one, read by the same roles; where there is one row per customer, the
 * new one replaces the old.
 * @returns the columns, and the counts of the added rows alone
 * @throws AppError addition-of-outcomes, columns-differ, file-no-usable-rows
 */
export async function addRows(workspace: Workspace, earlier: StoredFile, reading: Reading): Promise<ReadRows> {
  if (!isSource(earlier.kind))
    throw new AppError(
      'addition-of-outcomes',
      `Rows cannot be added to a file of ${earlier.kind}`,
      'import them as a file of their own, or replace it',
      { file: reading.path },
    );
  const counts = await workspace.withScratch(async (folder) => {
    const shape = await withColumns(workspace, await asUtf8(reading.found, folder));
    checkColumns(earlier, shape.columns, reading);
    return stage(workspace, earlier, (staged) =>
      loadRows(workspace, staged, shape, earlier.columns, {
        words: new Map(),
        onePerCustomer: isOncePerCustomer(earlier.kind),
      }),
    );
  });
  if (counts.accepted === 0)
    throw new AppError(
      'file-no-usable-rows',
      `None of the ${counts.read} rows can be used`,
      `its columns are read as those of ${earlier.name}`,
      { file: reading.path },
    );
  return { columns: earlier.columns, counts };
}

function checkColumns({ columns, name }: StoredFile, found: readonly string[], { path, roles }: Reading): void {
  const expected = columns.map((column) => column.name);
  if (expected.join('\n') !== found.join('\n'))
    throw new AppError(
      'columns-differ',
      `Its columns (${found.join(', ')}) are not those of ${name} (${expected.join(', ')})`,
      'give it the same columns in the same order, or import it as a file of its own',
      { file: path },
    );
  const other = columns.find((column) => (roles[column.name] ?? column.role) !== column.role);
  if (other)
    throw new AppError(
      'columns-differ',
      `In ${name}, column "${other.name}" is of role ${other.role}`,
      'import the whole file again with --replace to give it another role',
      { file: path, column: other.name },
    );
}

async function stage(
  workspace: Workspace,
  earlier: StoredFile,
  load: (staged: number) => Promise<Counts>,
): Promise<Counts> {
  const staged = await nextFileId(workspace);
  const counts = await load(staged);
  if (isOncePerCustomer(earlier.kind)) {
    const only = `SELECT user_id FROM row_hashes WHERE file_id = ${staged}`;
    await takeOver(workspace, staged, earlier.id, only);
    return counts;
  }
  await addStaged(workspace, staged, earlier.id);
  return counts;
}
