import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { appendRows } from './append-rows.js';
import { loadRows, rowHashSql, type Counts } from './load.js';
import { asUtf8, dropRejects, readSql, withColumns, type FileShape } from './probe.js';
import { isOncePerCustomer, readRows, type Reading, type ReadRows } from './read-file.js';
import type { ColumnRole } from './roles.js';
import { isSource } from './sources.js';
import { takeOver } from './staged-rows.js';
import { dropContents, nextFileId, type StoredFile } from './stored-file.js';

/** When more of the customers changed than this, the file is read as if it were new. */
const MOST_CHANGED = 0.3;
/** When fewer of the rows are left than this, the wrong file may have been chosen. */
const LEAST_KEPT = 0.5;

/** A new version with so few rows that somebody should be asked whether it is meant. */
export class ReplacementShrinks extends AppError {
  constructor(
    readonly file: string,
    readonly rowsNow: number,
    readonly rowsThen: number,
  ) {
    super(
      'replacement-shrinks',
      `${file} has ${rowsNow} rows, and its new version would leave ${rowsThen}`,
      'check that this is the file that you meant',
      { file },
    );
  }
}

/** @throws ReplacementShrinks */
export function checkShrinking({ name, accepted }: StoredFile, rowsThen: number): void {
  if (rowsThen < LEAST_KEPT * accepted) throw new ReplacementShrinks(name, accepted, rowsThen);
}

/**
 * Brings rows_<id> of an earlier file to what its new version holds. Of a file that was only added to, what was added is
 * read. Else rows of customers who have not changed are left alone: the file is hashed per customer first, and only the rows
 * of the others are taken in. A file that cannot be compared so (another header or other roles, rejected rows, too many
 * changes) is read as a whole.
 * @throws AppError as readRows does
 */
export async function replaceRows(workspace: Workspace, earlier: StoredFile, reading: Reading): Promise<ReadRows> {
  const counts = await workspace.withScratch((folder) => replaceChanged(workspace, earlier, reading, folder));
  if (counts) {
    await workspace.run('DELETE FROM source_additions WHERE file_id = $1', [earlier.id]);
    return { columns: earlier.columns, counts };
  }
  return readAnew(workspace, earlier, reading);
}

/** Reads a file as a whole in place of its earlier version. @throws AppError as readRows does */
export async function readAnew(workspace: Workspace, earlier: StoredFile, reading: Reading): Promise<ReadRows> {
  await dropContents(workspace, earlier.id);
  return readRows(workspace, earlier.id, reading);
}

async function replaceChanged(
  workspace: Workspace,
  earlier: StoredFile,
  reading: Reading,
  folder: string,
): Promise<Counts | undefined> {
  const { columns } = earlier;
  const shape = await withColumns(workspace, await asUtf8(reading.found, folder));
  if (!isSource(earlier.kind) || !hasSameColumns(columns, shape, reading) || earlier.rejected > 0) return undefined;
  const appended = await appendRows(workspace, earlier, reading, folder);
  if (appended) return appended;
  try {
    const read = await compareHashes(workspace, earlier, shape);
    if (read === undefined) return undefined;
    const only = 'SELECT cell FROM import_hashes SEMI JOIN import_changed USING (user_id)';
    const options = { words: new Map(), onePerCustomer: isOncePerCustomer(earlier.kind), only };
    const staged = await nextFileId(workspace);
    const { rejected } = await loadRows(workspace, staged, shape, columns, options);
    if (rejected > 0) {
      await dropContents(workspace, staged);
      return undefined;
    }
    await takeOver(workspace, staged, earlier.id, 'SELECT user_id FROM import_changed');
    const accepted = (await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM rows_${earlier.id}`))!.n;
    return { read, accepted, rejected: 0, duplicates: read - accepted };
  } finally {
    await workspace
      .run('DROP TABLE IF EXISTS import_changed; DROP TABLE IF EXISTS import_hashes')
      .catch(() => undefined);
  }
}

function hasSameColumns(columns: ColumnRole[], shape: FileShape, { roles, idColumn }: Reading): boolean {
  const isSame = columns.length === shape.columns.length && columns.every(({ name }, at) => name === shape.columns[at]);
  const id = columns.find((column) => column.role === 'id')!;
  return (
    isSame &&
    Object.keys(roles).every((name) => shape.columns.includes(name)) &&
    columns.every(({ name, role }) => (roles[name] ?? role) === role) &&
    (idColumn === undefined || idColumn === id.name || !shape.columns.includes(idColumn))
  );
}

/**
 * Makes import_hashes, of every id as the file writes it, and import_changed, the customers whose cells are not those of
 * row_hashes. Ids are read once per group and not once per row.
 * @returns rows of the file, or undefined when it has broken lines or too many changes
 */
async function compareHashes(workspace: Workspace, earlier: StoredFile, shape: FileShape): Promise<number | undefined> {
  const rejectsTable = 'import_compare';
  const id = earlier.columns.find((column) => column.role === 'id')!;
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE import_hashes AS
    SELECT cell, id_cell(cell) AS user_id, n, hash
    FROM (SELECT c${id.ordinal} AS cell, count(*) AS n, sum(${rowHashSql(earlier.columns)}) AS hash FROM ${readSql(shape, rejectsTable)} GROUP BY cell);
    CREATE OR REPLACE TEMP TABLE import_changed AS
    SELECT user_id FROM (SELECT user_id, sum(n) AS n, sum(hash) AS hash FROM import_hashes GROUP BY user_id) n
      FULL JOIN (FROM row_hashes WHERE file_id = ${earlier.id}) o USING (user_id)
    WHERE n.hash IS DISTINCT FROM o.hash OR n.n IS DISTINCT FROM o.n`);
  const broken =
    shape.format === 'csv' && (await workspace.one(`SELECT 1 AS one FROM ${rejectsTable} LIMIT 1`)) !== undefined;
  await dropRejects(workspace, rejectsTable);
  const found = await workspace.one<{ rows: number; customers: number; changed: number; nameless: boolean }>(`
    SELECT coalesce(sum(n), 0) AS rows, count(DISTINCT user_id) AS customers, coalesce(bool_or(user_id IS NULL), true) AS nameless,
      (SELECT count(*) FROM import_changed) AS changed FROM import_hashes`);
  const isFew = found!.changed <= MOST_CHANGED * found!.customers;
  return broken || found!.nameless || !isFew ? undefined : found!.rows;
}
