import { resolve } from 'node:path';
import { AppError } from '../errors.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { loadRows, NOT_UTF8, type Counts } from './load.js';
import { applyMapping, type Mapping } from './mapping.js';
import { asUtf8, hashFile, probe, takeSample, withColumns, type FileShape } from './probe.js';
import { detectRoles, type ColumnRole } from './roles.js';
import { isSource, type FileKind } from './sources.js';
import { keepNumberWords, numberWords } from './number-words.js';
import { defineValueMacros } from './values.js';

/** One file to import, and as what. */
export interface ImportRequest {
  kind: FileKind;
  path: string;
}

export interface ImportOptions {
  mapping?: Mapping;
  /** Name of the customer id column, for files that have a column of this name. */
  idColumn?: string;
}

/** What an import did. `alreadyImported` files are left alone; their counts are those of the first time. */
export interface ImportReport extends Counts {
  fileId: number;
  kind: FileKind;
  file: string;
  alreadyImported: boolean;
  columns: ColumnRole[];
  /** Distinct customer ids in the file, and how many of them other files of the workspace know. */
  customers: number;
  knownCustomers: number;
  warnings: string[];
}

const SAMPLE_ROWS = 20_000;

/**
 * Imports files, all of them or none: any failure leaves the workspace as it was.
 * @throws AppError for a file that cannot be read, has no id column, or shares no id with the workspace
 */
export async function importFiles(
  workspace: Workspace,
  requests: ImportRequest[],
  options: ImportOptions = {},
  task: Task = unattended,
): Promise<ImportReport[]> {
  await defineValueMacros(workspace);
  return workspace.transaction(async () => {
    const reports: ImportReport[] = [];
    for (const [at, request] of requests.entries()) {
      throwIfCancelled(task, 'Import');
      task.progress({ stage: 'import', done: at, total: requests.length });
      reports.push(
        await workspace.watched(task, `import ${request.path}`, () => importFile(workspace, request, options)),
      );
    }
    if (
      options.idColumn !== undefined &&
      !reports.some((report) => report.columns.some((column) => column.name === options.idColumn))
    ) {
      throw new AppError(
        'unknown-column',
        `None of the files has a column "${options.idColumn}"`,
        'check the name given as the customer id',
        { column: options.idColumn },
      );
    }
    task.progress({ stage: 'import', done: requests.length, total: requests.length });
    return reports;
  });
}

async function importFile(workspace: Workspace, request: ImportRequest, options: ImportOptions): Promise<ImportReport> {
  const found = await probe(request.path);
  const earlier = await sameContent(workspace, found);
  if (earlier !== undefined) return reportAgain(workspace, earlier, request);
  const fileId = (await workspace.one<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM source_files'))!.id;
  // Hashing goes on beside the reading, which DuckDB does in threads of its own.
  const hash = hashFile(request.path);
  hash.catch(() => undefined);
  const known = await knownIds(workspace);
  if (request.kind === 'segment') await noticeMissingHeader(workspace, found, known);
  const { columns, counts } = await workspace.withScratch((folder) =>
    readRows(workspace, fileId, request, found, folder, options, known),
  );
  const report = await matchCustomers(workspace, fileId, request, columns, counts, known);
  await record(workspace, fileId, request.kind, found, await hash, columns, counts);
  if (!isSource(request.kind)) await keepOutcome(workspace, fileId, request.kind, found.name, columns);
  return report;
}

/** A list of ids often has no header: its first line is then a customer. */
async function noticeMissingHeader(workspace: Workspace, found: FileShape, known: string): Promise<void> {
  const [first, ...others] = found.columns;
  if (first === undefined || others.length > 0) return;
  if ((await workspace.one(`SELECT 1 AS one FROM (${known}) WHERE user_id = $1 LIMIT 1`, [first])) === undefined)
    return;
  found.columns = ['id'];
  found.header = false;
}

/** The file of the workspace with the same content, if any. Only a file of the same size is worth hashing beforehand. */
async function sameContent(workspace: Workspace, found: FileShape): Promise<number | undefined> {
  const sameSize = await workspace.all<{ id: number; sha256: string }>(
    'SELECT id, sha256 FROM source_files WHERE bytes = $1',
    [found.bytes],
  );
  if (sameSize.length === 0) return undefined;
  const sha256 = await hashFile(found.path);
  return sameSize.find((file) => file.sha256 === sha256)?.id;
}

interface ReadRows {
  columns: ColumnRole[];
  counts: Counts;
}

/** Loads the rows of a file (`folder` takes a copy in UTF-8 where one is needed); again with what the first reading taught, should its head have misled us. */
async function readRows(
  workspace: Workspace,
  fileId: number,
  request: ImportRequest,
  found: FileShape,
  folder: string,
  options: ImportOptions,
  known: string,
): Promise<ReadRows> {
  const once = request.kind === 'profile' || request.kind === 'labels' || request.kind === 'segment';
  const undo = `DROP TABLE rows_${fileId}; DELETE FROM rejects WHERE file_id = ${fileId}`;
  try {
    let shape = await withColumns(workspace, await asUtf8(found, folder));
    let columns = await chooseRoles(workspace, request, shape, options, known);
    const words = await numberWords(workspace, 'import_sample', columns);
    const load = (): Promise<Counts> => loadRows(workspace, fileId, shape, columns, words, once);
    let counts = await load();
    if (found.ascii && (await isOtherEncoding(workspace, fileId))) {
      found.encoding = 'windows-1252';
      shape = await asUtf8(found, folder);
      await workspace.run(undo);
      counts = await load();
    }
    const misread = await misreadColumns(workspace, fileId, columns, counts);
    if (misread.length > 0) {
      columns = columns.map((column) =>
        misread.includes(column.name)
          ? {
              ...column,
              role: 'text',
              detectedRole: 'text',
              parse: null,
              reason: 'more than one in twenty of its values are words further down',
            }
          : column,
      );
      await workspace.run(undo);
      counts = await load();
    }
    if (counts.accepted === 0) {
      throw new AppError(
        'file-no-usable-rows',
        `None of the ${counts.read} rows can be used`,
        'check the id column and the delimiter, or name the columns in a mapping file',
        { file: request.path },
      );
    }
    await keepNumberWords(workspace, fileId, columns, words);
    return { columns, counts };
  } finally {
    await workspace.run('DROP TABLE IF EXISTS import_sample').catch(() => undefined);
  }
}

async function isOtherEncoding(workspace: Workspace, fileId: number): Promise<boolean> {
  return (
    (await workspace.one('SELECT 1 AS one FROM rejects WHERE file_id = $1 AND reason = $2 LIMIT 1', [
      fileId,
      NOT_UTF8,
    ])) !== undefined
  );
}

/** Reads a sample of the file into import_sample, which stays until the file is loaded. */
async function chooseRoles(
  workspace: Workspace,
  request: ImportRequest,
  shape: FileShape,
  options: ImportOptions,
  known: string,
): Promise<ColumnRole[]> {
  await takeSample(workspace, shape, 'import_sample', SAMPLE_ROWS);
  const idColumn = shape.columns.find((name) => name === options.idColumn);
  const detected = await detectRoles(workspace, 'import_sample', shape.columns, request.kind, idColumn, known);
  const columns = await applyMapping(workspace, 'import_sample', detected, options.mapping, shape.name, request.path);
  if (!columns.some((column) => column.role === 'id')) {
    throw new AppError(
      'no-id-column',
      `No column looks like a customer id (there are ${shape.columns.join(', ')})`,
      'name it with --id COLUMN or in a mapping file',
      { file: request.path },
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
    (column) => (column.role === 'number' || column.role === 'time') && column.reason !== 'set by the mapping',
  );
  return rows.map((row) => row.column_name).filter((name) => guessed.some((column) => column.name === name));
}

/** A query giving the ids of all customers that the source files of the workspace know. */
export async function knownIds(workspace: Workspace): Promise<string> {
  const files = await workspace.all<{ id: number }>(
    "SELECT id FROM source_files WHERE source NOT IN ('labels', 'segment') ORDER BY id",
  );
  if (files.length === 0) return 'SELECT CAST(NULL AS VARCHAR) AS user_id WHERE false';
  return files.map((file) => `SELECT user_id FROM rows_${file.id}`).join(' UNION ALL ');
}

async function matchCustomers(
  workspace: Workspace,
  fileId: number,
  request: ImportRequest,
  columns: ColumnRole[],
  counts: Counts,
  known: string,
): Promise<ImportReport> {
  const row = await workspace.one<{ total: number; shared: number }>(
    `WITH ids AS (SELECT DISTINCT user_id FROM rows_${fileId}) SELECT count(*) AS total, count(*) FILTER (user_id IN (${known})) AS shared FROM ids`,
  );
  const others = await workspace.one(`SELECT 1 AS one FROM (${known}) LIMIT 1`);
  const { total, shared } = row ?? { total: 0, shared: 0 };
  const id = columns.find((column) => column.role === 'id')!;
  if (others && shared === 0) {
    throw new AppError(
      'ids-do-not-match',
      `None of its ${total} customer ids occurs in the files imported before`,
      'check that this is the same kind of id, or name the right column with --id COLUMN',
      { file: request.path, column: id.name },
    );
  }
  const warnings =
    others && shared < total / 2 ? [`only ${shared} of its ${total} customers occur in the files imported before`] : [];
  return {
    fileId,
    kind: request.kind,
    file: request.path,
    alreadyImported: false,
    columns,
    customers: total,
    knownCustomers: shared,
    warnings,
    ...counts,
  };
}

async function record(
  workspace: Workspace,
  fileId: number,
  kind: FileKind,
  shape: FileShape,
  sha256: string,
  columns: ColumnRole[],
  counts: Counts,
): Promise<void> {
  await workspace.run(
    'INSERT INTO source_files VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now()::TIMESTAMP)',
    [
      fileId,
      kind,
      shape.name,
      resolve(shape.path),
      sha256,
      shape.bytes,
      shape.gzip ? 'csv.gz' : shape.format,
      shape.encoding,
      shape.delimiter,
      counts.read,
      counts.accepted,
      counts.rejected,
      counts.duplicates,
    ],
  );
  for (const column of columns) {
    await workspace.run('INSERT INTO source_columns VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      fileId,
      column.ordinal,
      column.name,
      column.role,
      column.detectedRole,
      column.reason,
      column.parse,
    ]);
  }
}

/** Labels and segments go into their own tables; the rows table of such a file is not needed after that. */
async function keepOutcome(
  workspace: Workspace,
  fileId: number,
  kind: FileKind,
  fileName: string,
  columns: ColumnRole[],
): Promise<void> {
  const table = `rows_${fileId}`;
  if (kind === 'segment') {
    const name = fileName.replace(/\.(gz|csv|tsv|txt|parquet)\b/gi, '');
    await workspace.run(`INSERT INTO segments SELECT $1, user_id, ${fileId} FROM ${table} ORDER BY user_id`, [name]);
  }
  for (const column of columns.filter((candidate) => candidate.role === 'label')) {
    await workspace.run(
      `INSERT INTO labels SELECT $1, user_id, c${column.ordinal}, ${fileId} FROM ${table} WHERE c${column.ordinal} IS NOT NULL ORDER BY user_id`,
      [column.name],
    );
  }
  await workspace.run(`DROP TABLE ${table}`);
}

async function reportAgain(workspace: Workspace, fileId: number, request: ImportRequest): Promise<ImportReport> {
  const file = await workspace.one<{
    source: string;
    name: string;
    read_rows: number;
    accepted: number;
    rejected: number;
    duplicates: number;
  }>('SELECT source, name, read_rows, accepted, rejected, duplicates FROM source_files WHERE id = $1', [fileId]);
  const columns = await workspace.all<{
    ordinal: number;
    name: string;
    role: string;
    detected_role: string;
    reason: string;
    parse: string | null;
  }>(
    'SELECT ordinal, name, role, detected_role, reason, parse FROM source_columns WHERE file_id = $1 ORDER BY ordinal',
    [fileId],
  );
  return {
    fileId,
    kind: request.kind,
    file: request.path,
    alreadyImported: true,
    read: file!.read_rows,
    accepted: file!.accepted,
    rejected: file!.rejected,
    duplicates: file!.duplicates,
    customers: 0,
    knownCustomers: 0,
    warnings: [`the same content was imported before as ${file!.source} (${file!.name}); nothing was imported again`],
    columns: columns.map((column) => ({
      ordinal: column.ordinal,
      name: column.name,
      role: column.role as ColumnRole['role'],
      detectedRole: column.detected_role as ColumnRole['role'],
      reason: column.reason,
      parse: column.parse,
    })),
  };
}
