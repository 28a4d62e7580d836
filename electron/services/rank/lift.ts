import type { EventBlock } from '../index/event-block.js';

const SHARPNESS = 4;
/** Pseudo-customers that pull an anchor's conditional frequencies towards the base rate. */
const PRIOR = 5;
/** Added to what was counted and to what was expected alike, so that where neither is anything nothing is said. */
const HALF = 0.5;
const LARGEST = 2;

export interface LiftTable {
  /** Log-lift of every string with the anchors, within ±2; 0 for strings that no customer of the block has. */
  lift: Float64Array;
  /** The strings most similar to the instruction, the most similar first. */
  anchors: number[];
}

/**
 * How much more often than expected the owners of the strings nearest to the instruction own each string: the logarithm of
 * observed by expected owners, both smoothed, weighted over the anchors by exp(4 (s - max s)). That two rare strings never meet
 * says nothing.
 * Source: models/training/evidence.py lift_table.
 * @param similarity standardised, [strings]
 * @param df of the block, [strings]
 */
export function liftTable(block: EventBlock, similarity: Float64Array, df: Float64Array): LiftTable {
  const present = [...df.keys()].filter((string) => df[string]! > 0);
  const count = Math.min(Math.max(5, Math.min(40, Math.floor(present.length / 10))), present.length);
  const anchors = [...present].sort((a, b) => similarity[b]! - similarity[a]! || a - b).slice(0, count);
  const together = countTogether(block, anchors, present, df.length);
  const lift = new Float64Array(df.length);
  const weights = anchors.map((anchor) => Math.exp(SHARPNESS * (similarity[anchor]! - similarity[anchors[0]!]!)));
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const { customers } = block;
  present.forEach((string, column) => {
    const base = (df[string]! + HALF) / customers;
    let sum = 0;
    for (let a = 0; a < count; a++) {
      if (anchors[a] === string) continue;
      const both = together[a * present.length + column]!;
      const observed = both + PRIOR * base + HALF;
      const expected = (df[anchors[a]!]! + PRIOR) * base + HALF;
      sum += weights[a]! * Math.log(observed / expected);
    }
    lift[string] = Math.max(-LARGEST, Math.min(LARGEST, sum / totalWeight));
  });
  return { lift, anchors };
}

/** Customers that own both anchor a and the present string k, at [a * present + k]. */
function countTogether(
  block: EventBlock,
  anchors: readonly number[],
  present: readonly number[],
  strings: number,
): Uint32Array {
  const column = new Int32Array(strings);
  present.forEach((string, at) => (column[string] = at));
  const anchorOf = new Int32Array(strings).fill(-1);
  anchors.forEach((string, at) => (anchorOf[string] = at));
  const together = new Uint32Array(anchors.length * present.length);
  const owned = new Int32Array(anchors.length);
  for (let customer = 0; customer < block.customers; customer++) {
    const [from, to] = [block.start[customer]!, block.start[customer + 1]!];
    let some = 0;
    for (let event = from; event < to; event++) {
      const anchor = anchorOf[block.string[event]!]!;
      if (anchor >= 0) owned[some++] = anchor * present.length;
    }
    if (some === 0) continue;
    for (let event = from; event < to; event++) {
      const at = column[block.string[event]!]!;
      for (let i = 0; i < some; i++) together[owned[i]! + at]!++;
    }
  }
  return together;
}
