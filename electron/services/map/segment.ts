import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protectCell } from '../import/protected-cell.js';
import { nextFileId } from '../import/stored-file.js';
import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';

const MOST_LETTERS = 60;

/** A segment of the workspace: its name, how many customers, and the list of their ids. */
export interface Segment {
  fileId: number;
  name: string;
  customers: number;
  file: string;
}

/** Segments whose list is still there, the newest first. */
export async function listSegments(workspace: Workspace): Promise<Segment[]> {
  const rows = await workspace.all<{ fileId: number; name: string; customers: number; file: string }>(
    `SELECT id AS "fileId", name, accepted AS customers, path AS file FROM source_files WHERE source = 'segment' ORDER BY id DESC`,
  );
  return rows.filter(({ file }) => existsSync(file));
}

/**
 * Keeps customers as a segment: in the workspace, and as a list of ids beside it, which audience rules name like any
 * other list, so that an export's manifest can hash it and make the export again.
 * @param customers numbers of the customers
 * @throws AppError segment-empty, segment-name, segment-exists
 */
export async function saveSegment(workspace: Workspace, name: string, customers: Uint32Array): Promise<Segment> {
  const called = name.trim();
  if (customers.length === 0)
    throw new AppError('segment-empty', 'The segment holds no customer', 'draw around some customers first');
  if (!/^[\p{L}\p{N} _.,&+-]+$/u.test(called) || called.length > MOST_LETTERS)
    throw new AppError(
      'segment-name',
      'This cannot be the name of a segment',
      `use up to ${MOST_LETTERS} letters, figures, spaces and any of _ . , & + -`,
    );
  const folder = `${workspace.path}.segments`;
  if (await workspace.one("SELECT 1 FROM source_files WHERE source = 'segment' AND name = $1", [`${called}.csv`]))
    throw new AppError('segment-exists', `There is a segment "${called}" already`, 'choose another name');
  const ids = await userIds(workspace, customers);
  const fileId = await nextFileId(workspace);
  const file = await freeFile(workspace, folder, called, fileId);
  const content = `user_id\n${ids.map((id) => quoted(protectCell(id))).join('\n')}\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, content);
  try {
    await keep(workspace, fileId, called, file, content, ids);
  } catch (error) {
    rmSync(file);
    throw error;
  }
  return { fileId, name: called, customers: ids.length, file };
}

/** Where the list is written: over one that a deleted segment left, but not while that segment can be brought back. */
async function freeFile(workspace: Workspace, folder: string, name: string, fileId: number): Promise<string> {
  const file = join(folder, `${name}.csv`);
  const isTaken = await workspace.one('SELECT 1 FROM removed_files WHERE path = $1', [file]);
  return isTaken ? join(folder, `${name} ${fileId}.csv`) : file;
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

async function userIds(workspace: Workspace, customers: Uint32Array): Promise<string[]> {
  const reader = await workspace.connection.runAndReadAll('SELECT customer, user_id FROM customers ORDER BY customer');
  const [numbers = [], all = []] = reader.getColumns() as [number[], string[]];
  const idOf = new Map(numbers.map((customer, at) => [customer, all[at]!]));
  return [...new Set(customers)].flatMap((customer) => idOf.get(customer) ?? []).sort();
}

/** The same rows that importing the list would leave. */
function keep(
  workspace: Workspace,
  id: number,
  name: string,
  file: string,
  content: string,
  ids: string[],
): Promise<void> {
  return workspace.transaction(async () => {
    const bytes = Buffer.from(content);
    await workspace.run(
      `INSERT INTO source_files (id, source, name, path, sha256, bytes, format, encoding, delimiter, read_rows, accepted, rejected, duplicates, imported_at)
       VALUES ($1, 'segment', $2, $3, $4, $5, 'csv', 'utf-8', ',', $6, $6, 0, 0, CAST($7 AS TIMESTAMP))`,
      [
        id,
        `${name}.csv`,
        file,
        createHash('sha256').update(bytes).digest('hex'),
        bytes.length,
        ids.length,
        new Date().toISOString().slice(0, 23),
      ],
    );
    const appender = await workspace.connection.createAppender('segments');
    for (const userId of ids) {
      appender.appendVarchar(name);
      appender.appendVarchar(userId);
      appender.appendInteger(id);
      appender.endRow();
    }
    appender.closeSync();
  });
}
