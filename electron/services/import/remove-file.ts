import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { findFile } from './stored-file.js';
import type { FileKind } from './sources.js';

/** A deleted file that can still be brought back. `removedAt` is ISO 8601. */
export interface RemovedFile {
  fileId: number;
  kind: FileKind;
  name: string;
  accepted: number;
  removedAt: string;
}

/** Outcomes are read by their names alone, so those of a deleted file are kept apart. */
const OUTCOMES = ['labels', 'segments'];

/**
 * Deletes a file: nothing in the workspace knows it any more, and the next derivation leaves its rows out. Until it is
 * purged, `restoreFile` brings it back.
 * @throws AppError source-missing
 */
export async function removeFile(workspace: Workspace, fileId: number): Promise<void> {
  await workspace.transaction(async () => {
    const found = await workspace.one('SELECT 1 AS one FROM source_files WHERE id = $1', [fileId]);
    if (!found)
      throw new AppError('source-missing', `There is no file ${fileId} in the workspace`, 'see its files with sources');
    await workspace.run(`
      INSERT INTO removed_files SELECT *, now()::TIMESTAMP FROM source_files WHERE id = ${Number(fileId)};
      DELETE FROM source_files WHERE id = ${Number(fileId)}`);
    for (const table of OUTCOMES) await move(workspace, table, `removed_${table}`, fileId);
  });
}

/**
 * Brings a deleted file back as it was; when nothing else happened, nothing has to be derived again.
 * @throws AppError removed-missing when it is not among the deleted ones, removed-again when its content was imported since
 */
export async function restoreFile(workspace: Workspace, fileId: number): Promise<void> {
  await workspace.transaction(async () => {
    const found = await workspace.one('SELECT 1 AS one FROM removed_files WHERE id = $1', [fileId]);
    if (!found)
      throw new AppError(
        'removed-missing',
        'The file is not among the deleted ones',
        'it may have been purged; import it again',
      );
    const again = await workspace.one<{ name: string }>(
      'SELECT f.name FROM source_files f JOIN removed_files r USING (sha256) WHERE r.id = $1',
      [fileId],
    );
    if (again)
      throw new AppError('removed-again', 'The same content was imported again since', 'nothing is missing', {
        file: again.name,
      });
    await workspace.run(`
      INSERT INTO source_files SELECT * EXCLUDE removed_at FROM removed_files WHERE id = ${Number(fileId)};
      DELETE FROM removed_files WHERE id = ${Number(fileId)}`);
    for (const table of OUTCOMES) await move(workspace, `removed_${table}`, table, fileId);
  });
}

async function move(workspace: Workspace, from: string, to: string, fileId: number): Promise<void> {
  await workspace.run(`
    INSERT INTO ${to} SELECT * FROM ${from} WHERE file_id = ${Number(fileId)};
    DELETE FROM ${from} WHERE file_id = ${Number(fileId)}`);
}

/** The deleted files, the last one first. */
export async function removedFiles(workspace: Workspace): Promise<RemovedFile[]> {
  const rows = await workspace.all<{ id: number; kind: FileKind; name: string; accepted: number; removed_at: Date }>(
    'SELECT id, source AS kind, name, accepted, removed_at FROM removed_files ORDER BY removed_at DESC, id DESC',
  );
  return rows.map(({ id, kind, name, accepted, removed_at: at }) => ({
    fileId: id,
    kind,
    name,
    accepted,
    removedAt: at.toISOString(),
  }));
}

/**
 * The number of the deleted file of this name, the one deleted last.
 * @throws AppError removed-missing
 */
export async function findRemoved(workspace: Workspace, name: string): Promise<number> {
  const file = (await removedFiles(workspace)).find((removed) => removed.name === name);
  if (file) return file.fileId;
  throw new AppError('removed-missing', 'No deleted file has this name', 'see the deleted ones with sources', {
    file: name,
  });
}

/** Deletes the file of this name. @throws AppError source-missing, source-ambiguous */
export async function removeNamed(workspace: Workspace, name: string): Promise<void> {
  await removeFile(workspace, await findFile(workspace, name));
}

/** Takes the deleted files out of the workspace for good. @returns how many */
export async function purgeRemoved(workspace: Workspace): Promise<number> {
  const files = await removedFiles(workspace);
  await workspace.transaction(async () => {
    for (const { fileId } of files) {
      for (const table of ['source_columns', 'number_words', 'rejects', 'row_hashes', 'source_additions'])
        await workspace.run(`DELETE FROM ${table} WHERE file_id = ${fileId}`);
      await workspace.run(`DROP TABLE IF EXISTS rows_${fileId}`);
    }
    await workspace.run('DELETE FROM removed_files');
    for (const table of OUTCOMES) await workspace.run(`DELETE FROM removed_${table}`);
  });
  return files.length;
}
