import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Engine } from '../../engine/engine.js';
import { prepareScorer } from '../rank/score.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { makeDesign, type BlockName, type Design } from './design.js';
import { baseSample, gather } from './gather.js';
import { targetsOf } from './learn.js';
import { covariance, type Problem, type Setting } from './posterior.js';
import { kernelOf } from './products.js';
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
/** Slope of the logistic function that turns expected targets into probabilities. */
const STEEPNESS = 2.5;

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
  const design = makeDesign(await gather(workspace, engine, scorer, { base: baseSample(total!.n), chosen }, task));
  throwIfCancelled(task, 'Suggesting');
  const answers = examples.map(({ label }) => (label === 1 ? 1 : 0) as 0 | 1);
  const belief = posterior(design, answers, tuned);
  return pickDiverse(belief, Math.min(count, pool.length)).map(({ at, worth }, _, all) => ({
    userId: pool[at]!.user_id,
    probability: belief.probability[at]!,
    worth: worth / all[0]!.worth,
  }));
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

/** What is believed of the pool after the examples. */
interface Belief {
  probability: Float64Array;
  /** [pool, pool] */
  covariance: Matrix;
}

/** The Gaussian process of posterior.ts under the version's mean setting, on the design's examples and then its pool. */
function posterior(design: Design, answers: readonly (0 | 1)[], tuned: TunedVersion): Belief {
  const names: BlockName[] = ['strings', ...design.blocks.map((block) => block.name)];
  const setting: Setting = { slope: tuned.slope, variances: names.map((name) => tuned.shares[name] ?? 0), belief: 0 };
  // Where nothing was found to learn, the strings are what an answer could still speak for.
  if (setting.variances.every((variance) => variance < 0.01)) setting.variances[0] = 0.1;
  const [known, all] = [answers.length, design.prior.length];
  const problem: Problem = {
    targets: new Float64Array(all),
    prior: design.prior,
    noise: new Float64Array(all),
    kernels: names.map((name) => kernelOf(design, name)),
  };
  const joint = covariance(problem, setting);
  const pool = joint.subMatrix(known, all - 1, known, all - 1);
  const prior = design.prior.subarray(known).map((value) => setting.slope * value);
  if (known === 0) return { probability: prior.map(likelihood), covariance: pool };
  const { targets, noise } = targetsOf({ ...design, prior: design.prior.subarray(0, known) }, answers, tuned.doubt);
  const seen = joint.subMatrix(0, known - 1, 0, known - 1);
  for (let at = 0; at < known; at++) seen.set(at, at, seen.get(at, at) + noise[at]!);
  const across = joint.subMatrix(0, known - 1, known, all - 1);
  const solved = new CholeskyDecomposition(seen).solve(across);
  const rest = Matrix.columnVector(Array.from(targets, (target, at) => target - setting.slope * design.prior[at]!));
  const moved = solved.transpose().mmul(rest).to1DArray();
  return {
    probability: prior.map((value, at) => likelihood(value + moved[at]!)),
    covariance: Matrix.sub(pool, across.transpose().mmul(solved)),
  };
}

function likelihood(target: number): number {
  return 1 / (1 + Math.exp(-STEEPNESS * target));
}

/** Greedy choice; after each, the others' variance is what the answer would leave of it. */
export function pickDiverse({ probability, covariance: left }: Belief, count: number): { at: number; worth: number }[] {
  const taken: { at: number; worth: number }[] = [];
  const open = new Set(probability.keys());
  while (taken.length < count) {
    let best = -1;
    let worth = -Infinity;
    for (const at of open) {
      const value = probability[at]! * (1 - probability[at]!) * Math.max(0, left.get(at, at));
      if (value > worth) [best, worth] = [at, value];
    }
    taken.push({ at: best, worth });
    open.delete(best);
    const column = left.getColumn(best);
    const scale = 1 / (column[best]! + 1);
    for (let i = 0; i < left.rows; i++) {
      const factor = column[i]! * scale;
      if (factor !== 0) for (let j = 0; j < left.rows; j++) left.set(i, j, left.get(i, j) - factor * column[j]!);
    }
  }
  return taken;
}
