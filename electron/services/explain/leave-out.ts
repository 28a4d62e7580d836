import type { Engine } from '../../engine/engine.js';
import type { EventBlock } from '../index/event-block.js';
import { scoreBatch } from '../rank/score.js';
import type { ReadyRanking } from './ready-ranking.js';
import { variantsOf, type Positions } from './variants.js';

/** Events of one block of variants: few enough that the window answers between two blocks. */
const BLOCK_EVENTS = 2 ** 18;

/**
 * The exact scores of a customer without some of its events: the customer is scored anew, by the same reading of the
 * instruction and of the base, as if these events had never been imported.
 * @param block holds the customer at `at`
 * @returns one score per entry of `leftOut`
 */
export async function scoresWithout(
  engine: Engine,
  { scorer, tuning }: Pick<ReadyRanking, 'scorer' | 'tuning'>,
  block: EventBlock,
  at: number,
  leftOut: readonly Positions[],
): Promise<Float32Array> {
  const scores = new Float32Array(leftOut.length);
  const events = block.start[at + 1]! - block.start[at]!;
  const step = Math.max(1, Math.floor(BLOCK_EVENTS / Math.max(1, events)));
  for (let from = 0; from < leftOut.length; from += step) {
    const some = leftOut.slice(from, from + step);
    const batch = await scoreBatch(engine, scorer, { first: 0, events: variantsOf(block, at, some) });
    scores.set(tuning ? await tuning.apply(batch) : batch.scores, from);
  }
  return scores;
}
