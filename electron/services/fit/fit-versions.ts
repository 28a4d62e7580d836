import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { isDerived } from '../index/derive.js';
import { currentId, tunedOnFit } from './fit-of.js';
import type { Verdict } from './judge.js';

/** What a fit was asked to do; it goes on with the same plan after a stop. */
export interface FitPlan {
  seed: number;
  /** Steps of the whole fit. */
  steps: number;
  /** Questions that were wanted; a fit that goes on draws as many again, so that it draws the same ones. */
  wanted: { questions: number; judging: number };
  /** Customers that it learns from and that judge it; questions about either, no more than wanted. */
  customers: number;
  heldBack: number;
  questions: number;
  judging: number;
}

/** One judgement on the way; loss is the mean since the one before. */
export interface CurvePoint {
  step: number;
  loss: number;
  /** Mean AUC over the held-back questions at the best gate. */
  score: number;
}

/** A fit as it is listed, without weights. */
export interface FitVersion {
  id: number;
  /** running: stopped on the way, goes on when asked for again; not-kept: did not help the held-back customers. */
  state: 'running' | 'kept' | 'not-kept';
  /** Whether it was stopped on the way and cannot go on, because the data or the model have changed since. */
  outdated: boolean;
  /** Whether rankings use it. */
  current: boolean;
  plan: FitPlan;
  /** ISO 8601 */
  startedAt: string;
  seconds: number;
  step: number;
  curve: CurvePoint[];
  verdict: Verdict | null;
}

export type FitRow = {
  fit_id: number;
  index_fingerprint: string;
  model: string;
  state: FitVersion['state'];
  plan: string;
  started_at: string;
  seconds: number;
  step: number;
  curve: string;
  verdict: string | null;
};

/** Of a FitRow. */
export const COLUMNS =
  'fit_id, index_fingerprint, model, state, plan, started_at::VARCHAR AS started_at, seconds, step, curve, verdict';

/** Step of the weights that a fit keeps: the first of the best judged; 0 are those that ship. */
export function bestStep(curve: readonly CurvePoint[]): number {
  const best = Math.max(...curve.map(({ score }) => score));
  return curve.find(({ score }) => score === best)?.step ?? 0;
}

/**
 * All fits that are not deleted, the newest first.
 * @param model hash of the model as it ships
 */
export async function listFits(workspace: Workspace, model: string): Promise<FitVersion[]> {
  const current = await currentId(workspace);
  const index = (await isDerived(workspace)) ? await workspace.meta('encode_fingerprint') : undefined;
  const rows = await workspace.all<FitRow>(`SELECT ${COLUMNS} FROM fits WHERE deleted_at IS NULL ORDER BY fit_id DESC`);
  return rows.map((row) => ({
    id: row.fit_id,
    state: row.state,
    outdated: row.state === 'running' && (row.index_fingerprint !== index || row.model !== model),
    current: row.fit_id === current,
    plan: JSON.parse(row.plan) as FitPlan,
    startedAt: `${row.started_at.replace(' ', 'T')}Z`,
    seconds: row.seconds,
    step: row.step,
    curve: JSON.parse(row.curve) as CurvePoint[],
    verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict),
  }));
}

/** @throws AppError fit-missing */
export async function findFit(workspace: Workspace, id: number, model: string): Promise<FitVersion> {
  const found = (await listFits(workspace, model)).find((fit) => fit.id === id);
  if (found) return found;
  throw missing(workspace, id);
}

/** For whoever only needs it to be there. @throws AppError fit-missing */
export async function checkFit(workspace: Workspace, id: number): Promise<void> {
  if (!(await workspace.one('SELECT 1 AS one FROM fits WHERE fit_id = $1 AND deleted_at IS NULL', [id])))
    throw missing(workspace, id);
}

function missing(workspace: Workspace, id: number): AppError {
  return new AppError('fit-missing', `The workspace has no fit ${id}`, 'list the fits with `fits`', {
    file: workspace.path,
  });
}

/** Lets rankings use a fit, or (undefined) the model as it ships. @throws AppError fit-missing, fit-unfinished */
export async function useFit(workspace: Workspace, id: number | undefined, model: string): Promise<void> {
  if (id !== undefined) checkFinished(workspace, await findFit(workspace, id, model));
  await workspace.setMeta('current_fit', id === undefined ? '' : String(id));
}

/** @throws AppError fit-unfinished */
export function checkFinished(workspace: Workspace, { id, state, outdated }: FitVersion): void {
  if (state !== 'running') return;
  throw new AppError(
    'fit-unfinished',
    outdated
      ? `Fit ${id} was paused, and cannot go on because the data or the model have changed since`
      : `Fit ${id} is paused`,
    outdated
      ? `learn anew with \`fit\`, and delete this one with \`fits --delete ${id}\``
      : 'let it go on with `fit` first',
    { file: workspace.path },
  );
}

/**
 * Deletes a fit; `restoreFit` brings it back.
 * @returns the tuned versions, as NAME@VERSION, that cannot rank until then
 * @throws AppError fit-missing
 */
export async function deleteFit(workspace: Workspace, id: number): Promise<string[]> {
  const needing = await tunedOnFit(workspace, id);
  await workspace.transaction(async () => {
    await mark(workspace, id, 'now()::TIMESTAMP', 'deleted_at IS NULL');
    if ((await currentId(workspace)) === id) await workspace.setMeta('current_fit', '');
  });
  return needing;
}

/** Undoes `deleteFit`; the fit is not in use afterwards. @throws AppError fit-missing */
export async function restoreFit(workspace: Workspace, id: number): Promise<void> {
  await mark(workspace, id, 'NULL', 'true');
}

async function mark(workspace: Workspace, id: number, deletedAt: string, condition: string): Promise<void> {
  const rows = await workspace.all(
    `UPDATE fits SET deleted_at = ${deletedAt} WHERE fit_id = $1 AND ${condition} RETURNING fit_id`,
    [id],
  );
  if (rows.length === 0) throw missing(workspace, id);
}

/** Numbers of the deleted fits that can be restored. */
export async function deletedFits(workspace: Workspace): Promise<number[]> {
  const rows = await workspace.all<{ id: number }>(
    'SELECT fit_id AS id FROM fits WHERE deleted_at IS NOT NULL ORDER BY fit_id',
  );
  return rows.map(({ id }) => id);
}

/**
 * Deletes for good a fit that was deleted before.
 * @returns the tuned versions, as NAME@VERSION, that can never rank again
 * @throws AppError fit-not-deleted
 */
export async function purgeFit(workspace: Workspace, id: number): Promise<string[]> {
  const needing = await tunedOnFit(workspace, id);
  const rows = await workspace.all('DELETE FROM fits WHERE fit_id = $1 AND deleted_at IS NOT NULL RETURNING fit_id', [
    id,
  ]);
  if (rows.length > 0) return needing;
  throw new AppError('fit-not-deleted', `No fit ${id} is deleted`, `delete it first with \`fits --delete ${id}\``, {
    file: workspace.path,
  });
}
