import { Matrix } from 'ml-matrix';
import { factor, solveFactored } from './cholesky.js';
import type { BlockName, Design } from './design.js';
import { targetsOf, type Answers } from './learn.js';
import { covariance, type Problem, type Setting } from './posterior.js';
import { kernelOf } from './products.js';

/** Slope of the logistic function that turns expected targets into probabilities. */
const STEEPNESS = 2.5;

/** What a tuned version knows of how much there is to learn. */
export interface Knowledge {
  slope: number;
  /** Mean residual variance per block. */
  shares: Record<string, number>;
}

/** What is believed of the pool after the examples. */
export interface Belief {
  probability: Float64Array;
  /** [pool, pool] */
  covariance: Matrix;
}

/**
 * The Gaussian process of posterior.ts under a version's mean setting.
 * @param design holds the examples that `answers` are of, then the pool
 */
export function beliefOf(design: Design, { answers, doubt }: Answers, tuned: Knowledge): Belief {
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
  const joint = Matrix.from1DArray(all, all, covariance(problem, setting));
  const pool = joint.subMatrix(known, all - 1, known, all - 1);
  const prior = design.prior.subarray(known).map((value) => setting.slope * value);
  if (known === 0) return { probability: prior.map(likelihood), covariance: pool };
  const { targets, noise } = targetsOf({ ...design, prior: design.prior.subarray(0, known) }, answers, doubt);
  const seen = new Float64Array(known * known);
  for (let i = 0; i < known; i++) for (let j = 0; j <= i; j++) seen[i * known + j] = joint.get(i, j);
  for (let at = 0; at < known; at++) seen[at * known + at]! += noise[at]!;
  const lower = factor(seen, known);
  const across = joint.subMatrix(0, known - 1, known, all - 1);
  const solved = new Matrix(known, pool.rows);
  for (let at = 0; at < pool.rows; at++)
    solved.setColumn(at, solveFactored(lower, Float64Array.from(across.getColumn(at))));
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
