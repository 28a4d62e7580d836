import { AppError } from '../errors.js';
import { wilson, Z95, type Estimate } from './intervals.js';

/** Shares of the ranking, in percent, at which lift, precision and recall are reported. */
export const CUTS_PERCENT = [1, 5, 10, 20] as const;

/** What the first `count` customers of a ranking hold. Rates and lift carry 95 % intervals. */
export interface Cut {
  percent: number;
  count: number;
  positives: number;
  /** Share of the cut that is positive (Wilson). */
  precision: Estimate;
  /** Share of all positives that the cut holds (Wilson). */
  recall: Estimate;
  /** Precision over the base rate; its interval is the precision's, the base rate taken as known. */
  lift: Estimate;
}

/** How well a ranking separates positives from the rest. */
export interface Metrics {
  customers: number;
  positives: number;
  baseRate: number;
  auc: Estimate;
  ks: number;
  cuts: Cut[];
}

/** Per customer: 1 has the target, 0 has not. */
export type Labels = Uint8Array;

/**
 * All figures of one ranking. `scores` and `labels` are parallel; ties in score keep the order given, so pass a
 * ranking in its own order (by id within a score).
 * @throws AppError `labels-single-class` when only one class is present, `labels-length` when lengths differ.
 */
export function measureRanking(scores: Float64Array, labels: Labels, cuts: readonly number[] = CUTS_PERCENT): Metrics {
  const positives = checkedPositives(scores, labels);
  const order = descending(scores);
  return {
    customers: scores.length,
    positives,
    baseRate: positives / scores.length,
    auc: auc(scores, labels),
    ks: kolmogorovSmirnov(scores, labels),
    cuts: cuts.map((percent) => cutAt(order, labels, positives, percent)),
  };
}

/** Indices of `scores` from the highest to the lowest; equal scores keep the order given. */
export function descending(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** How many customers the first `percent` of `total` are: rounded up, at least one, at most all. */
export function countAtPercent(total: number, percent: number): number {
  // The subtraction keeps 5 % of 100 at 5 where floating point says 5.000000000000001.
  return Math.min(total, Math.max(1, Math.ceil((total * percent) / 100 - 1e-9)));
}

/**
 * Area under the ROC curve with DeLong's interval (DeLong et al. 1988), by midranks in O(n log n)
 * (Sun & Xu 2014, doi 10.1109/LSP.2014.2337313). Ties count one half. The interval is clipped to 0..1.
 */
export function auc(scores: Float64Array, labels: Labels): Estimate {
  const positives = checkedPositives(scores, labels);
  const negatives = scores.length - positives;
  const pos = scores.filter((_, i) => labels[i] === 1);
  const neg = scores.filter((_, i) => labels[i] !== 1);
  const joint = new Float64Array(scores.length);
  joint.set(pos);
  joint.set(neg, positives);
  const [all, withinPos, withinNeg] = [midranks(joint), midranks(pos), midranks(neg)];

  let rankSum = 0;
  for (let i = 0; i < positives; i++) rankSum += all[i]!;
  const value = (rankSum / positives - (positives + 1) / 2) / negatives;

  let fromPositives = 0;
  for (let i = 0; i < positives; i++) fromPositives += ((all[i]! - withinPos[i]!) / negatives - value) ** 2;
  let fromNegatives = 0;
  for (let i = 0; i < negatives; i++) {
    fromNegatives += (1 - (all[positives + i]! - withinNeg[i]!) / positives - value) ** 2;
  }
  // One customer of a class says nothing about the spread of that class; its share of the variance is then left out.
  const variance =
    fromPositives / (Math.max(1, positives - 1) * positives) + fromNegatives / (Math.max(1, negatives - 1) * negatives);
  const half = Z95 * Math.sqrt(variance);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/**
 * Kolmogorov-Smirnov statistic: the largest gap between the score distributions of positives and the rest, 0..1.
 * Equals `scipy.stats.ks_2samp(positives, negatives).statistic`.
 */
export function kolmogorovSmirnov(scores: Float64Array, labels: Labels): number {
  const positives = checkedPositives(scores, labels);
  const negatives = scores.length - positives;
  const order = descending(scores);
  let [above, below, gap] = [0, 0, 0];
  for (let at = 0; at < order.length; at++) {
    if (labels[order[at]!] === 1) above++;
    else below++;
    const tieGoesOn = at + 1 < order.length && scores[order[at + 1]!] === scores[order[at]!];
    if (!tieGoesOn) gap = Math.max(gap, Math.abs(above / positives - below / negatives));
  }
  return gap;
}

/** Precision, recall and lift of the first `percent` of a ranking given as indices, best first. */
export function cutAt(order: Uint32Array, labels: Labels, positives: number, percent: number): Cut {
  const count = countAtPercent(order.length, percent);
  let held = 0;
  for (let at = 0; at < count; at++) held += labels[order[at]!]!;
  const precision = wilson(held, count);
  const base = positives / order.length;
  return {
    percent,
    count,
    positives: held,
    precision,
    recall: wilson(held, positives),
    lift: { value: precision.value / base, low: precision.low / base, high: precision.high / base },
  };
}

/** Ranks from 1, equal values sharing the mean of theirs. */
export function midranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

function checkedPositives(scores: Float64Array, labels: Labels): number {
  if (scores.length !== labels.length) {
    throw new AppError(
      'labels-length',
      `${scores.length} scores, but ${labels.length} labels`,
      'give one label for every score',
    );
  }
  let positives = 0;
  for (const label of labels) positives += label;
  if (positives === 0 || positives === labels.length) {
    const present =
      labels.length === 0
        ? 'no customer is labelled'
        : `all ${labels.length} customers are labelled ${positives === 0 ? 0 : 1}`;
    throw new AppError(
      'labels-single-class',
      `A ranking cannot be evaluated: ${present}`,
      'use a label column that has both 0 and 1 among the ranked customers',
    );
  }
  return positives;
}
