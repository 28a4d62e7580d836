import { wilson, type Estimate } from './intervals.js';
import { descending, type Labels } from './metrics.js';

/** One cut of a ranking: the first `count` customers. */
export interface GainPoint {
  count: number;
  /** Part of the ranking that is taken, 0..1. */
  share: number;
  positives: number;
  precision: Estimate;
  recall: Estimate;
  /** Precision over the base rate. */
  lift: number;
}

/** One tenth of a ranking, 1 the best. */
export interface Decile {
  decile: number;
  customers: number;
  positives: number;
  meanScore: number;
  rate: Estimate;
}

/**
 * Gains and lift at up to `points` evenly spaced cuts, the last one being the whole ranking.
 * `scores` and `labels` are parallel; ties keep the order given.
 */
export function gainsCurve(scores: Float64Array, labels: Labels, points = 200): GainPoint[] {
  const found = cumulativePositives(scores, labels);
  const total = found.length - 1;
  const positives = found[total] ?? 0;
  const steps = Math.min(points, total);
  return Array.from({ length: steps }, (_, step) => {
    const count = Math.round(((step + 1) * total) / steps);
    const held = found[count]!;
    const precision = wilson(held, count);
    return {
      count,
      share: count / total,
      positives: held,
      precision,
      recall: wilson(held, positives),
      lift: precision.value / (positives / total),
    };
  });
}

/**
 * Observed rate against mean score by tenths of the ranking: a good ranking falls from decile 1 to 10. Tenths differ
 * by at most one customer; rankings of fewer than ten customers have fewer tenths.
 */
export function deciles(scores: Float64Array, labels: Labels): Decile[] {
  const order = descending(scores);
  const result: Decile[] = [];
  for (let decile = 1; decile <= 10; decile++) {
    const from = decileStart(decile, order.length);
    const to = decileStart(decile + 1, order.length);
    if (from === to) continue;
    let [positives, scoreSum] = [0, 0];
    for (let at = from; at < to; at++) {
      positives += labels[order[at]!]!;
      scoreSum += scores[order[at]!]!;
    }
    const customers = to - from;
    result.push({ decile, customers, positives, meanScore: scoreSum / customers, rate: wilson(positives, customers) });
  }
  return result;
}

/** Position (from 0) at which a decile (from 1) begins in a ranking of `total` customers. */
export function decileStart(decile: number, total: number): number {
  return Math.round(((decile - 1) * total) / 10);
}

/** Entry k: positives among the first k customers, k = 0..n. */
export function cumulativePositives(scores: Float64Array, labels: Labels): Uint32Array {
  const order = descending(scores);
  const found = new Uint32Array(order.length + 1);
  for (let at = 0; at < order.length; at++) found[at + 1] = found[at]! + labels[order[at]!]!;
  return found;
}
