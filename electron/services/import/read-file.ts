import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { loadRows, NOT_UTF8, type Counts } from './load.js';
import { applyRoles, SET, type Roles } from './mapping.js';
import { keepNumberWords, numberWords } from './number-words.js';
import { asUtf8, takeSample, withColumns, type FileHash, type FileShape } from './probe.js';
import { detectRoles, type ColumnRole } from './roles.js';
import type { FileKind } from './sources.js';

/** A file on its way in. */
export interface Reading {
  kind: FileKind;
  path: string;
  found: FileShape;
  /** Of the file, and of as much of it as its earlier version has; comes while it is read. */
  hash: Promise<FileHash>;
  /** Roles of columns that are not to be guessed, by name. */
  roles: Roles;
  /** Name of the customer id column, where the file has it. */
  idColumn?: string;
  /** Query giving the ids of the customers that the workspace knows. */
  known: string;
}

const SAMPLE_ROWS = 20_000;

export interface ReadRows {
  columns: ColumnRole[];
  counts: Counts;
}

/** Whether a file of this kind has one row per customer. */
export function isOncePerCustomer(kind: FileKind): boolean {
  return kind === 'profile' || kind === 'labels' || kind === 'segment';
}

/**
 * Loads the rows of a file into rows_<fileId>; again with what the first reading taught, should its head have misled us.
 * @throws AppError no-id-column, file-no-usable-rows, unknown-column
 */
export async function readRows(workspace: Workspace, fileId: number, reading: Reading): Promise<ReadRows> {
  if (reading.kind === 'segment') await noticeMissingHeader(workspace, reading);
  try {
    return await workspace.withScratch((folder) => readRowsUtf8(workspace, fileId, reading, folder));
  } finally {
    await workspace.run('DROP TABLE IF EXISTS import_sample').catch(() => undefined);
  }
}

/** @param folder takes a copy in UTF-8 where one is needed */
async function readRowsUtf8(workspace: Workspace, fileId: number, reading: Reading, folder: string): Promise<ReadRows> {
  const { found } = reading;
  let shape = await withColumns(workspace, await asUtf8(found, folder));
  let columns = await chooseRoles(workspace, reading, shape);
  const words = await numberWords(workspace, 'import_sample', columns);
  const options = { words, onePerCustomer: isOncePerCustomer(reading.kind) };
  const load = (): Promise<Counts> => loadRows(workspace, fileId, shape, columns, options);
  const undo = `DROP TABLE rows_${fileId}; DELETE FROM rejects WHERE file_id = ${fileId}; DELETE FROM row_hashes WHERE file_id = ${fileId}`;
  let counts = await load();
  if (found.ascii && (await isOtherEncoding(workspace, fileId))) {
    found.encoding = 'windows-1252';
    shape = await asUtf8(found, folder);
    await workspace.run(undo);
    counts = await load();
  }
  const misread = await misreadColumns(workspace, fileId, columns, counts);
  if (misread.length > 0) {
    columns = columns.map((column) => (misread.includes(column.name) ? { ...column, ...WORDS } : column));
    await workspace.run(undo);
    counts = await load();
  }
  if (counts.accepted === 0) {
    throw new AppError(
      'file-no-usable-rows',
      `None of the ${counts.read} rows can be used`,
      'check the id column and the delimiter, or name the columns in a mapping file',
      { file: reading.path },
    );
  }
  await keepNumberWords(workspace, fileId, columns, words);
  return { columns, counts };
}

/** What a column becomes that looked like numbers or times in the sample only. */
const WORDS = {
  role: 'text',
  detectedRole: 'text',
  parse: null,
  reason: 'more than one in twenty of its values are words further down',
} as const;

async function isOtherEncoding(workspace: Workspace, fileId: number): Promise<boolean> {
  return (
    (await workspace.one('SELECT 1 AS one FROM rejects WHERE file_id = $1 AND reason = $2 LIMIT 1', [
      fileId,
      NOT_UTF8,
    ])) !== undefined
  );
}

/** Reads a sample of the file into import_sample, which stays until the file is loaded. */
async function chooseRoles(workspace: Workspace, reading: Reading, shape: FileShape): Promise<ColumnRole[]> {
  const { kind, path, roles, known } = reading;
  await takeSample(workspace, shape, 'import_sample', SAMPLE_ROWS);
  const idColumn = shape.columns.find((name) => name === reading.idColumn);
  const detected = await detectRoles(workspace, 'import_sample', shape.columns, kind, idColumn, known);
  const columns = await applyRoles(workspace, 'import_sample', detected, roles, path);
  if (!columns.some((column) => column.role === 'id')) {
    throw new AppError(
      'no-id-column',
      `No column looks like a customer id (there are ${shape.columns.join(', ')})`,
      'name it with --id COLUMN or in a mapping file; a file without ids needs a column of them, and a file without a header line its names',
      { file: path },
    );
  }
  return columns;
}

/** Detected number and time columns that made more than 5 % of the rows unusable: the sample misled us. */
async function misreadColumns(
  workspace: Workspace,
  fileId: number,
  columns: ColumnRole[],
  counts: Counts,
): Promise<string[]> {
  if (counts.rejected <= 0.05 * counts.read) return [];
  const rows = await workspace.all<{ column_name: string }>(
    'SELECT column_name FROM rejects WHERE file_id = $1 AND column_name IS NOT NULL GROUP BY column_name HAVING count(*) > $2',
    [fileId, 0.05 * counts.read],
  );
  const guessed = columns.filter(
    (column) => (column.role === 'number' || column.role === 'time') && column.reason !== SET,
  );
  return rows.map((row) => row.column_name).filter((name) => guessed.some((column) => column.name === name));
}

/** A list of ids often has no header: its first line is then a customer. */
async function noticeMissingHeader(workspace: Workspace, { found, known }: Reading): Promise<void> {
  const [first, ...others] = found.columns;
  if (first === undefined || others.length > 0) return;
  if ((await workspace.one(`SELECT 1 AS one FROM (${known}) WHERE user_id = $1 LIMIT 1`, [first])) === undefined)
    return;
  found.columns = ['id'];
  found.header = false;
}
