import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Workspace } from '../workspace/workspace.js';
import { loadRows, type Counts } from './load.js';
import { isOncePerCustomer, type Reading } from './read-file.js';
import { addStaged } from './staged-rows.js';
import { dropContents, nextFileId, type StoredFile } from './stored-file.js';

/**
 * Adds what follows the earlier content of a file, if the new version begins with exactly that: an export of all orders so
 * far does, every time. The columns and their roles must be the same ones.
 * @param folder takes a copy of what follows
 * @returns the counts of the whole file, or undefined, with nothing changed, where it is not such a file or has rows to reject
 */
export async function appendRows(
  workspace: Workspace,
  earlier: StoredFile,
  reading: Reading,
  folder: string,
): Promise<Counts | undefined> {
  // Where there is one row per customer, added ones of the same customers do not count.
  if (isOncePerCustomer(earlier.kind) || !(await beginsWith(reading, earlier))) return undefined;
  const path = join(folder, 'appended.csv');
  await pipeline(createReadStream(reading.path, { start: earlier.bytes }), createWriteStream(path));
  const staged = await nextFileId(workspace);
  const rest = { ...reading.found, path, header: false };
  const options = { words: new Map(), onePerCustomer: false };
  const { read, rejected } = await loadRows(workspace, staged, rest, earlier.columns, options);
  if (rejected > 0) {
    await dropContents(workspace, staged);
    return undefined;
  }
  await addStaged(workspace, staged, earlier.id);
  return { read: earlier.read + read, accepted: earlier.accepted + read, rejected: 0, duplicates: earlier.duplicates };
}

/** Whether a file is the earlier one with lines added. Nearly any other is told by a single byte, before it is hashed. */
async function beginsWith({ path, found, hash }: Reading, { bytes, sha256, encoding }: StoredFile): Promise<boolean> {
  const isPlain = found.format === 'csv' && !found.gzip && found.encoding === 'utf-8' && encoding === 'utf-8';
  return isPlain && found.bytes > bytes && (await endsLine(path, bytes)) && (await hash).start === sha256;
}

/** Whether the first `bytes` bytes of a file end with a line. */
async function endsLine(path: string, bytes: number): Promise<boolean> {
  for await (const chunk of createReadStream(path, { start: bytes - 1, end: bytes - 1 }))
    return (chunk as Buffer)[0] === 0x0a;
  return false;
}
