import type { Engine } from '../../engine/engine.js';
import { prepareScorer } from '../rank/score.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { baseSample, gather } from './gather.js';
import { runJob } from './run-job.js';
import type { TunedVersion } from './tuned-store.js';

/** A customer whose answer would teach much. */
export interface Suggestion {
  userId: string;
  /** How likely the customer has the target, as far as is known. */
  probability: number;
  /** How much the answer would tell, relative to the first suggestion. */
  worth: number;
}

/** Customers that are looked at, and examples that are kept in mind. */
const POOL = 800;
const REMEMBERED = 300;

/**
 * The customers whose answer would teach most: unsure of answer, far from what is known, and unlike each other. Each is
 * the one with the largest p (1 − p) × posterior variance given the examples and the suggestions before it (Krause,
 * Singh & Guestrin 2008: greedy choice by conditional variance). The same version gives the same suggestions.
 */
export async function suggestCustomers(
  workspace: Workspace,
  engine: Engine,
  tuned: TunedVersion,
  count: number,
  task: Task = unattended,
): Promise<Suggestion[]> {
  const examples = await knownExamples(workspace, tuned.id);
  const pool = await readPool(workspace, tuned.id);
  if (pool.length === 0) return [];
  const scorer = await prepareScorer(workspace, engine, tuned.question);
  const total = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index');
  const chosen = [...examples.map(({ customer }) => customer), ...pool.map(({ customer }) => customer)];
  const gathered = await gather(workspace, engine, scorer, { base: baseSample(total!.n), chosen }, task);
  const answers = examples.map(({ label }) => (label === 1 ? 1 : 0) as 0 | 1);
  const { slope, shares, doubt } = tuned;
  const picks = await runJob(
    {
      kind: 'suggest',
      gathered,
      known: { answers, doubt },
      tuned: { slope, shares },
      count: Math.min(count, pool.length),
    },
    task,
    'Suggesting',
  );
  return picks.map(({ at, probability, worth }) => ({ userId: pool[at]!.user_id, probability, worth }));
}

async function knownExamples(workspace: Workspace, id: number): Promise<{ customer: number; label: number | null }[]> {
  return workspace.all<{ customer: number; label: number | null }>(
    `SELECT c.customer, e.label FROM tuned_examples e JOIN customers c USING (user_id) WHERE e.instruction_id = $1 ORDER BY md5('known:' || user_id) LIMIT ${REMEMBERED}`,
    [id],
  );
}

/** Customers without an answer; those that only stand for the rest of the base may be asked about. */
async function readPool(workspace: Workspace, id: number): Promise<{ customer: number; user_id: string }[]> {
  return workspace.all<{ customer: number; user_id: string }>(
    `SELECT customer, user_id FROM customers WHERE user_id NOT IN (SELECT user_id FROM tuned_examples WHERE instruction_id = $1 AND label IS NOT NULL)
     ORDER BY md5('ask:' || user_id) LIMIT ${POOL}`,
    [id],
  );
}
