import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Counts } from './load.js';
import { hashFile, type FileShape } from './probe.js';
import type { ColumnRole } from './roles.js';
import { isSource, type FileKind } from './sources.js';

/** A file of the workspace. */
export interface StoredFile extends Counts {
  id: number;
  kind: FileKind;
  name: string;
  path: string;
  sha256: string;
  bytes: number;
  encoding: string;
  columns: ColumnRole[];
}

/** @throws AppError source-missing when the workspace holds no file of this number */
export async function storedFile(workspace: Workspace, fileId: number): Promise<StoredFile> {
  const file = await workspace.one<Omit<StoredFile, 'columns'> & { [key: string]: string | number }>(
    `SELECT id, source AS kind, name, path, sha256, bytes, encoding, read_rows AS read, accepted, rejected, duplicates
     FROM source_files WHERE id = $1`,
    [fileId],
  );
  if (!file)
    throw new AppError('source-missing', `There is no file ${fileId} in the workspace`, 'see its files with info');
  const columns = await workspace.all<Omit<ColumnRole, 'role' | 'detectedRole'> & { role: never; detectedRole: never }>(
    `SELECT ordinal, name, role, detected_role AS "detectedRole", reason, parse FROM source_columns WHERE file_id = $1 ORDER BY ordinal`,
    [fileId],
  );
  return { ...file, columns };
}

/**
 * The number of the file of this name.
 * @throws AppError source-missing, source-ambiguous when several files have the name
 */
export async function findFile(workspace: Workspace, name: string): Promise<number> {
  const files = await workspace.all<{ id: number; name: string }>('SELECT id, name FROM source_files ORDER BY id');
  const named = files.filter((file) => file.name === name);
  if (named.length > 1)
    throw new AppError(
      'source-ambiguous',
      `The workspace has several files "${name}"`,
      'rename one and import it again',
      {
        file: name,
      },
    );
  if (!named[0])
    throw new AppError(
      'source-missing',
      'There is no file of this name in the workspace',
      files.length > 0 ? `it holds ${files.map((file) => file.name).join(', ')}` : 'import one first',
      { file: name },
    );
  return named[0].id;
}

/**
 * The file with the same content, if any, or that it was added to. Only a file of the same size is worth hashing beforehand.
 * @param counts whether a file counts whose content, or that of one added to it, is the same; all do without it
 */
export async function sameContent(
  workspace: Workspace,
  found: FileShape,
  counts: (id: number, added: boolean) => boolean = () => true,
): Promise<number | undefined> {
  const known = await workspace.all<{ id: number; sha256: string; added: boolean }>(
    'SELECT id, sha256, false AS added FROM source_files WHERE bytes = $1 UNION ALL SELECT a.file_id, a.sha256, true FROM source_additions a JOIN source_files f ON f.id = a.file_id WHERE a.bytes = $1',
    [found.bytes],
  );
  if (known.length === 0) return undefined;
  const sha256 = await hashFile(found.path);
  return known.find((file) => file.sha256 === sha256 && counts(file.id, file.added))?.id;
}

/** A number that no file has or had, deleted ones included. */
export async function nextFileId(workspace: Workspace): Promise<number> {
  const row = await workspace.one<{ id: number }>(
    'SELECT coalesce(max(id), 0) + 1 AS id FROM (SELECT id FROM source_files UNION ALL SELECT id FROM removed_files)',
  );
  return row!.id;
}

/** Writes down a file and its columns, in place of what was known under its number. */
export async function record(
  workspace: Workspace,
  fileId: number,
  kind: FileKind,
  shape: FileShape,
  sha256: string,
  columns: ColumnRole[],
  counts: Counts,
): Promise<void> {
  await workspace.run(
    'INSERT OR REPLACE INTO source_files VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now()::TIMESTAMP)',
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
    await workspace.run('INSERT OR REPLACE INTO source_columns VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      fileId,
      column.ordinal,
      column.name,
      column.role,
      column.detectedRole,
      column.reason,
      column.parse,
    ]);
  }
  await workspace.run('DELETE FROM source_columns WHERE file_id = $1 AND ordinal > $2', [fileId, columns.length]);
}

/** Writes down that a file's rows were added to an earlier one, whose counts grow; no file has the content of both. */
export async function recordAddition(
  workspace: Workspace,
  earlier: StoredFile,
  shape: FileShape,
  sha256: string,
  counts: Counts,
): Promise<void> {
  await workspace.run('INSERT INTO source_additions VALUES ($1, $2, $3, $4, now()::TIMESTAMP, $5)', [
    earlier.id,
    shape.name,
    sha256,
    shape.bytes,
    resolve(shape.path),
  ]);
  const accepted = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM rows_${earlier.id}`);
  const read = earlier.read + counts.read;
  const rejected = earlier.rejected + counts.rejected;
  await workspace.run(
    'UPDATE source_files SET sha256 = $2, read_rows = $3, accepted = $4, rejected = $5, duplicates = $6 WHERE id = $1',
    [earlier.id, hashOfBoth(earlier.sha256, sha256), read, accepted!.n, rejected, read - accepted!.n - rejected],
  );
}

/** What stands for the content of a file with the rows of another added, given the hashes of the two. */
export function hashOfBoth(file: string, added: string): string {
  return createHash('sha256').update(file).update(added).digest('hex');
}

/** Labels and segments go into their own tables; the rows table of such a file is not needed after that. */
export async function keepOutcome(
  workspace: Workspace,
  fileId: number,
  kind: FileKind,
  fileName: string,
  columns: ColumnRole[],
): Promise<void> {
  if (isSource(kind)) return;
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
  await workspace.run(`DROP TABLE ${table}; DELETE FROM row_hashes WHERE file_id = ${fileId}`);
}

/** Takes what was read from a file out of the workspace; the file itself stays written down. */
export async function dropContents(workspace: Workspace, fileId: number): Promise<void> {
  for (const table of ['number_words', 'rejects', 'labels', 'segments', 'row_hashes', 'source_additions'])
    await workspace.run(`DELETE FROM ${table} WHERE file_id = ${fileId}`);
  await workspace.run(`DROP TABLE IF EXISTS rows_${fileId}`);
}
