import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';

/** Which fit made what is stored: rankings and tuned instructions remember it by the hash of it and the model. */

/** Number of the fit that rankings use, if any. */
export async function currentId(workspace: Workspace): Promise<number | undefined> {
  const stored = await workspace.meta('current_fit');
  return stored === undefined || stored === '' ? undefined : Number(stored);
}

/** The fit that made a stored ranking: none for the model as it ships, or for one that is not there any more; deleted ones count on request. */
export async function fitOfRanking(
  workspace: Workspace,
  rankingId: number,
  { deleted = false } = {},
): Promise<number | 'none'> {
  const row = await workspace.one<{ fit: number | null }>(
    `SELECT min(fit_id) AS fit FROM fits, rankings
     WHERE rankings.id = $1 AND (deleted_at IS NULL OR $2) AND rankings.model LIKE '%(' || left(fits.hash, 12) || ')'`,
    [rankingId, deleted],
  );
  return row?.fit ?? 'none';
}

/**
 * The fit that an instruction was tuned on: none for the model as it ships.
 * @param tuned name of the instruction, and the hash of what it was tuned on
 * @param model hash of the model as it ships
 * @throws AppError tuned-fit-deleted, tuned-other-model
 */
export async function fitOfTuned(
  workspace: Workspace,
  tuned: { name: string; model: string },
  model: string,
): Promise<number | 'none'> {
  if (tuned.model === model) return 'none';
  // Two fits may be the same; one that is still there will do.
  const row = await workspace.one<{ id: number; deleted: boolean }>(
    `SELECT fit_id AS id, deleted_at IS NOT NULL AS deleted FROM fits WHERE hash = $1 AND model = $2
     ORDER BY deleted, fit_id LIMIT 1`,
    [tuned.model, model],
  );
  if (!row)
    throw new AppError(
      'tuned-other-model',
      `"${tuned.name}" was tuned on another version of the model, or on a fit that was deleted for good`,
      'tune it again with the same examples',
    );
  if (row.deleted)
    throw new AppError(
      'tuned-fit-deleted',
      `"${tuned.name}" was tuned on fit ${row.id}, which was deleted`,
      `bring the fit back with \`fits --restore ${row.id}\`, or tune again`,
    );
  return row.id;
}

/**
 * Refuses a choice of fit that is not the one that an instruction was tuned on; no choice leaves it to that one.
 * @param own as fitOfTuned gives it
 * @throws AppError tuned-other-fit
 */
export async function checkOwnFit(
  workspace: Workspace,
  name: string,
  own: number | 'none',
  choice: number | 'current' | 'none' | undefined,
): Promise<void> {
  if (choice === undefined) return;
  const asked = choice === 'current' ? ((await currentId(workspace)) ?? 'none') : choice;
  if (asked === own) return;
  const worded = (fit: number | 'none'): string => (fit === 'none' ? 'the model as it ships' : `fit ${fit}`);
  throw new AppError(
    'tuned-other-fit',
    `"${name}" was tuned on ${worded(own)} and ranks by that alone, not by ${worded(asked)}`,
    `leave the fit out, or tune again with \`--fit ${choice}\``,
  );
}

/** Tuned versions, as NAME@VERSION, that cannot rank without this fit: none where another one is the same. */
export async function tunedOnFit(workspace: Workspace, id: number): Promise<string[]> {
  const rows = await workspace.all<{ name: string }>(
    `SELECT i.name || '@' || i.version AS name FROM instructions i JOIN fits f ON f.hash = i.model
     WHERE f.fit_id = $1 AND i.deleted_at IS NULL AND NOT EXISTS (
       FROM fits other WHERE other.hash = f.hash AND other.fit_id <> f.fit_id AND other.deleted_at IS NULL)
     ORDER BY i.name, i.version`,
    [id],
  );
  return rows.map(({ name }) => name);
}
