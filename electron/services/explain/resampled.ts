import type { Engine } from '../../engine/engine.js';
import { compareRankings, type Agreement } from '../evaluate/stability.js';
import { Draws } from '../fit/draws.js';
import type { EventBlock } from '../index/event-block.js';
import { readCustomers } from '../index/read-index.js';
import { scoreBatch } from '../rank/score.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { ReadyRanking } from './ready-ranking.js';

/** How far a ranking stays the same when every customer's events are drawn anew: mean, lowest and highest of the resamples. */
export interface Stability {
  /** Customers that were ranked again, evenly spaced by number. */
  customers: number;
  resamples: number;
  /** Spearman's rank correlation with the ranking as it is, −1..1. */
  correlation: Spread;
  /** Share of the best `percent` that stays among the best `percent`, 0..1. */
  overlaps: { percent: number; kept: Spread }[];
}

export interface Spread {
  mean: number;
  low: number;
  high: number;
}

const CUSTOMERS = 2048;
const RESAMPLES = 10;
/** Customers scored at a time: few enough that the window answers, and the task can be stopped, between two blocks. */
const BLOCK = 256;
const SEED = 20261125;

/**
 * Ranks customers again by as many of their own events drawn with replacement (the bootstrap, Efron 1979), with the same
 * reading of the instruction and of the base. It tells how much of a ranking hangs on single events, not whether it is
 * right; the same ranking always gives the same figures.
 * @throws Cancelled, and what scoring throws
 */
export async function rankingStability(
  workspace: Workspace,
  engine: Engine,
  ranking: Pick<ReadyRanking, 'scorer' | 'tuning' | 'ranks'>,
  task: Task = unattended,
): Promise<Stability> {
  const numbers = evenly(ranking.ranks.length, CUSTOMERS);
  const blocks = Array.from({ length: Math.ceil(numbers.length / BLOCK) }, (_, at) =>
    numbers.slice(at * BLOCK, (at + 1) * BLOCK),
  );
  // Entry 0 are the customers as they are.
  const scores = Array.from({ length: RESAMPLES + 1 }, () => new Float64Array(numbers.length));
  for (const [at, block] of blocks.entries()) {
    const { events } = await readCustomers(workspace, block, 0);
    for (const [sample, row] of scores.entries()) {
      throwIfCancelled(task, 'Drawing events anew');
      task.progress({ stage: 'rank again', done: at * scores.length + sample, total: blocks.length * scores.length });
      const drawn = sample === 0 ? events : resampled(events, new Draws(SEED + at, sample));
      const batch = await scoreBatch(engine, ranking.scorer, { first: 0, events: drawn });
      row.set(ranking.tuning ? await ranking.tuning.apply(batch) : batch.scores, at * BLOCK);
    }
  }
  const agreements = scores.slice(1).map((again) => compareRankings(scores[0]!, again));
  return { customers: numbers.length, resamples: RESAMPLES, ...summary(agreements) };
}

/** The block with as many events of each customer, drawn with replacement; what is drawn twice counts twice as many rows. */
export function resampled(block: EventBlock, draws: Draws): EventBlock {
  const total = block.start[block.customers]!;
  const result: EventBlock = {
    customers: block.customers,
    start: new Uint32Array(block.customers + 1),
    string: new Uint32Array(total),
    n: new Uint32Array(total),
    value: new Float32Array(total),
    recency: new Float32Array(total),
  };
  const times = new Uint32Array(total);
  let next = 0;
  for (let customer = 0; customer < block.customers; customer++) {
    const [from, to] = [block.start[customer]!, block.start[customer + 1]!];
    for (let draw = from; draw < to; draw++) times[from + draws.below(to - from)]! += 1;
    for (let event = from; event < to; event++) {
      if (times[event] === 0) continue;
      result.string[next] = block.string[event]!;
      result.n[next] = block.n[event]! * times[event]!;
      result.value[next] = block.value[event]!;
      result.recency[next++] = block.recency[event]!;
    }
    result.start[customer + 1] = next;
  }
  return result;
}

/** At most `most` of the numbers 0 .. total - 1, evenly spaced, ascending. */
function evenly(total: number, most: number): number[] {
  const size = Math.min(total, most);
  return Array.from({ length: size }, (_, at) => Math.floor((at * total) / size));
}

function summary(agreements: readonly Agreement[]): Pick<Stability, 'correlation' | 'overlaps'> {
  const percents = agreements[0]!.overlaps.map(({ percent }) => percent);
  return {
    correlation: spreadOf(agreements.map(({ spearman }) => spearman)),
    overlaps: percents.map((percent, at) => ({
      percent,
      kept: spreadOf(agreements.map(({ overlaps }) => overlaps[at]!.overlap)),
    })),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, low: Math.min(...values), high: Math.max(...values) };
}
