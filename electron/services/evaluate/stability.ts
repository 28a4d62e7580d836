import { CUTS_PERCENT, countAtPercent, descending, midranks } from './metrics.js';

/** How alike two rankings of the same customers are. */
export interface Agreement {
  /** Spearman's rank correlation, −1..1, ties by midranks. */
  spearman: number;
  /** Share of the first `percent` of one that is also in the first `percent` of the other, 0..1. */
  overlaps: { percent: number; overlap: number }[];
}

/**
 * Compares the scores of two rankings; entry i of both belongs to the same customer. For the stability of an
 * instruction, compare its ranking with one made from a random part of every customer's events: it says how much of
 * the ranking hangs on single events, not whether it is right. Spearman equals `scipy.stats.spearmanr`.
 */
export function compareRankings(first: Float64Array, second: Float64Array): Agreement {
  const [ranksA, ranksB] = [midranks(first), midranks(second)];
  const mean = (first.length + 1) / 2;
  let [covariance, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [ranksA[i]! - mean, ranksB[i]! - mean];
    covariance += a * b;
    squaresA += a * a;
    squaresB += b * b;
  }
  const [orderA, orderB] = [descending(first), descending(second)];
  return {
    spearman: covariance / Math.sqrt(squaresA * squaresB),
    overlaps: CUTS_PERCENT.map((percent) => {
      const count = countAtPercent(first.length, percent);
      const top = new Set(orderA.subarray(0, count));
      return { percent, overlap: orderB.subarray(0, count).filter((at) => top.has(at)).length / count };
    }),
  };
}
