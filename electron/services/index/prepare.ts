import type { Engine } from '../../engine/engine.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { derive, type DeriveReport } from './derive.js';
import { encode, type EncodeReport } from './encode.js';
import type { Hide } from './hide.js';

/** What was brought up to date before ranking. */
export interface PrepareReport {
  derived: DeriveReport;
  encoded: EncodeReport;
  /** Rows that the customers are seen without. */
  hides: Hide[];
}

/** Derives with these rows hidden, and remembers them for `prepare`. @throws AppError as derive does */
export async function deriveHiding(
  workspace: Workspace,
  hides: Hide[],
  task: Task = unattended,
  options: { measureAgain?: boolean } = {},
): Promise<DeriveReport> {
  const report = await derive(workspace, hides, task, options);
  await workspace.setMeta('hides', JSON.stringify(hides));
  return report;
}

/**
 * Brings strings, events, embeddings and user tokens up to date; takes no time when they are.
 * @param hides rows to leave out; when empty, those that were left out last time
 * @throws AppError as derive and encode do
 */
export async function prepare(
  workspace: Workspace,
  engine: Engine,
  hides: Hide[] = [],
  task: Task = unattended,
): Promise<PrepareReport> {
  const chosen = hides.length > 0 ? hides : (JSON.parse((await workspace.meta('hides')) ?? '[]') as Hide[]);
  const derived = await deriveHiding(workspace, chosen, task);
  return { derived, encoded: await encode(workspace, engine, task), hides: chosen };
}
