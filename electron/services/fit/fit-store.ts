import { createHash } from 'node:crypto';
import type { Learned } from '../../engine/learned.js';
import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { currentId } from './fit-of.js';
import { checkFinished, COLUMNS, findFit, type CurvePoint, type FitPlan, type FitRow } from './fit-versions.js';
import type { Verdict } from './judge.js';
import type { FitState } from './optimizer.js';

/** A fit's weights and gate, and the hash that stands for them and the model. */
export interface StoredFit {
  id: number;
  learned: Learned;
  hash: string;
}

/**
 * The fit that rankings use: the current one, one by number, or none.
 * @param choice 'current', 'none' or a fit's number
 * @param model hash of the shipped model; a fit of another model is refused
 * @throws AppError fit-missing, fit-unfinished, fit-of-other-model
 */
export async function chosenFit(
  workspace: Workspace,
  choice: number | 'current' | 'none',
  model: string,
): Promise<StoredFit | undefined> {
  const id = choice === 'current' ? await currentId(workspace) : choice === 'none' ? undefined : choice;
  if (id === undefined) return undefined;
  const found = await findFit(workspace, id, model);
  checkFinished(workspace, found);
  const verdict = found.verdict!;
  const row = await workspace.one<{ weights: Uint8Array; model: string }>(
    'SELECT weights, model FROM fits WHERE fit_id = $1',
    [id],
  );
  if (row!.model !== model)
    throw new AppError(
      'fit-of-other-model',
      `Fit ${id} belongs to another version of the model`,
      'fit again with `fit`, or rank with `--fit none`',
      { file: workspace.path },
    );
  return {
    id,
    learned: { weights: floatsOf(row!.weights), gate: verdict.gate, namedGate: verdict.named.gate },
    hash: hashOf(model, row!.weights, verdict),
  };
}

/** SHA-256 of a model and what a fit made of its learned path. */
function hashOf(model: string, weights: Uint8Array, { gate, named }: Verdict): string {
  return createHash('sha256').update(model).update(weights).update(`${gate} ${named.gate}`).digest('hex');
}

/** What a running fit keeps. */
export interface FitProgress {
  state: FitState;
  best: Float32Array;
  curve: CurvePoint[];
  verdict: Verdict | null;
  seconds: number;
}

/** Starts a fit's record. @returns its number */
export async function startFit(
  workspace: Workspace,
  plan: FitPlan,
  fingerprint: string,
  model: string,
): Promise<number> {
  const row = await workspace.one<{ id: number }>('SELECT coalesce(max(fit_id), 0) + 1 AS id FROM fits');
  await workspace.run(
    `INSERT INTO fits (fit_id, state, plan, index_fingerprint, model, started_at, seconds, step, curve)
     VALUES ($1, 'running', $2, $3, $4, now()::TIMESTAMP, 0, 0, '[]')`,
    [row!.id, JSON.stringify(plan), fingerprint, model],
  );
  return row!.id;
}

/** Stores where a fit is, so that it goes on from there whatever happens. */
export async function saveCheckpoint(workspace: Workspace, id: number, progress: FitProgress): Promise<void> {
  const { state, best, curve, verdict, seconds } = progress;
  const length = state.weights.length;
  const checkpoint = new Float32Array(3 * length);
  [state.weights, state.first, state.second].forEach((part, at) => checkpoint.set(part, at * length));
  await writeBlobs(workspace, id, best, checkpoint);
  await workspace.run('UPDATE fits SET step = $2, curve = $3, verdict = $4, seconds = $5 WHERE fit_id = $1', [
    id,
    state.step,
    JSON.stringify(curve),
    JSON.stringify(verdict),
    seconds,
  ]);
}

/** The unfinished fit of this model and index, if there is one, and where it stopped. */
export async function findUnfinished(
  workspace: Workspace,
  fingerprint: string,
  model: string,
): Promise<{ id: number; plan: FitPlan; progress: FitProgress | undefined } | undefined> {
  const row = await workspace.one<FitRow & { weights: Uint8Array | null; checkpoint: Uint8Array | null }>(
    `SELECT ${COLUMNS}, weights, checkpoint FROM fits WHERE state = 'running' AND deleted_at IS NULL
       AND index_fingerprint = $1 AND model = $2 ORDER BY fit_id DESC LIMIT 1`,
    [fingerprint, model],
  );
  if (!row) return undefined;
  const plan = JSON.parse(row.plan) as FitPlan;
  if (!row.weights || !row.checkpoint) return { id: row.fit_id, plan, progress: undefined };
  const all = floatsOf(row.checkpoint);
  const length = all.length / 3;
  const [weights, first, second] = [0, 1, 2].map((at) => all.slice(at * length, (at + 1) * length));
  return {
    id: row.fit_id,
    plan,
    progress: {
      state: { step: row.step, weights: weights!, first: first!, second: second! },
      best: floatsOf(row.weights),
      curve: JSON.parse(row.curve) as CurvePoint[],
      verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict),
      seconds: row.seconds,
    },
  };
}

/**
 * Ends a fit: its checkpoint is no longer needed. A kept one is used by rankings from now on.
 * @param gate of its verdict
 */
export async function finishFit(workspace: Workspace, id: number, verdict: Verdict, kept: boolean): Promise<void> {
  const row = await workspace.one<{ model: string; weights: Uint8Array }>(
    'SELECT model, weights FROM fits WHERE fit_id = $1',
    [id],
  );
  const hash = hashOf(row!.model, row!.weights, verdict);
  await workspace.transaction(async () => {
    await workspace.run('UPDATE fits SET state = $2, checkpoint = NULL, hash = $3 WHERE fit_id = $1', [
      id,
      kept ? 'kept' : 'not-kept',
      hash,
    ]);
    if (kept) await workspace.setMeta('current_fit', String(id));
  });
}

async function writeBlobs(
  workspace: Workspace,
  id: number,
  best: Float32Array,
  checkpoint: Float32Array,
): Promise<void> {
  const prepared = await workspace.connection.prepare(
    'UPDATE fits SET weights = $2, checkpoint = $3 WHERE fit_id = $1',
  );
  prepared.bindInteger(1, id);
  prepared.bindBlob(2, bytesOf(best));
  prepared.bindBlob(3, bytesOf(checkpoint));
  await prepared.run();
  prepared.destroySync();
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
