import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { findTuned, parseTunedName, type TunedVersion } from './tuned-store.js';

/** What the analyst does with versions of tuned instructions. `name` is NAME for all its versions, or NAME@VERSION. */

/** Longest note, in characters. */
export const NOTE_LENGTH = 500;

/**
 * Takes versions out of every list; `restoreTuned` brings them back until they are purged.
 * @returns how many
 * @throws AppError tuned-missing
 */
export async function deleteTuned(workspace: Workspace, name: string): Promise<number> {
  await findTuned(workspace, name);
  return changed(workspace, name, 'deleted_at = now()::TIMESTAMP', 'deleted_at IS NULL');
}

/**
 * Brings deleted versions back.
 * @returns how many
 * @throws AppError tuned-missing
 */
export async function restoreTuned(workspace: Workspace, name: string): Promise<number> {
  const restored = await changed(workspace, name, 'deleted_at = NULL', 'deleted_at IS NOT NULL');
  if (restored > 0) return restored;
  const deleted = await workspace.all<{ name: string }>(
    "SELECT name || '@' || version AS name FROM instructions WHERE model IS NOT NULL AND deleted_at IS NOT NULL ORDER BY 1",
  );
  throw new AppError(
    'tuned-missing',
    `No version of "${name}" is deleted`,
    deleted.length > 0 ? `deleted are: ${deleted.map((one) => one.name).join(', ')}` : 'nothing is deleted',
  );
}

/**
 * Makes the bare name stand for this version, and rankings use what it learned.
 * @throws AppError tuned-missing
 */
export async function useTuned(workspace: Workspace, name: string): Promise<TunedVersion> {
  const { id, name: plain } = await findTuned(workspace, name);
  await workspace.run(
    'UPDATE instructions SET chosen = (id = $1), in_use = in_use OR id = $1 WHERE name = $2 AND model IS NOT NULL',
    [id, plain],
  );
  return findTuned(workspace, name);
}

/**
 * Writes down what the analyst wants to remember of a version; an empty text takes the note away.
 * @throws AppError tuned-missing, note-long
 */
export async function noteTuned(workspace: Workspace, name: string, note: string): Promise<TunedVersion> {
  const text = note.trim();
  if (text.length > NOTE_LENGTH)
    throw new AppError('note-long', `The note has ${text.length} characters`, `keep it to ${NOTE_LENGTH}`);
  const { id } = await findTuned(workspace, name);
  await workspace.run('UPDATE instructions SET note = $1 WHERE id = $2', [text, id]);
  return findTuned(workspace, name);
}

/** Deletes for good what was deleted before, with its examples and weights. @returns how many versions */
export async function purgeTuned(workspace: Workspace): Promise<number> {
  const gone = '(SELECT id FROM instructions WHERE model IS NOT NULL AND deleted_at IS NOT NULL)';
  return workspace.transaction(async () => {
    await workspace.run(`DELETE FROM tuned_examples WHERE instruction_id IN ${gone}`);
    await workspace.run(`DELETE FROM tuned_strings WHERE instruction_id IN ${gone}`);
    const rows = await workspace.all(
      'DELETE FROM instructions WHERE model IS NOT NULL AND deleted_at IS NOT NULL RETURNING id',
    );
    return rows.length;
  });
}

async function changed(workspace: Workspace, name: string, change: string, condition: string): Promise<number> {
  const exact = parseTunedName(name);
  const rows = await workspace.all(
    `UPDATE instructions SET ${change} WHERE model IS NOT NULL AND ${condition} AND name = $1
     AND version = coalesce($2, version) RETURNING id`,
    [exact.name, exact.version ?? null],
  );
  return rows.length;
}
