import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Estimate } from '../../../electron/services/evaluate/intervals.js';

/** Reference values of scipy, scikit-learn and statsmodels; see test/fixtures/statistics/make_statistics.py. */
export interface Statistics {
  z975: number;
  rankings: ReferenceRanking[];
  wilson: (Estimate & { successes: number; trials: number })[];
  rateDifference: (Estimate & { a: number; nA: number; b: number; nB: number })[];
  rateRatio: (Estimate & { a: number; nA: number; b: number; nB: number })[];
  meanDifference: Estimate & { a: number[]; b: number[] };
  qini: { scores: number[]; treated: number[]; outcome: number[]; gains: number[]; coefficient: number };
  offers: { relevance: number[][]; scores: number[][]; ndcgAt5: number; hitRateAt5: number };
  agreement: { first: number[]; second: number[]; spearman: number };
}

interface ReferenceRanking {
  name: string;
  scores: number[];
  labels: number[];
  auc: Estimate;
  ks: number;
  cuts: { percent: number; count: number; positives: number; precision: Estimate; recall: Estimate; lift: number }[];
  isotonic: number[];
}

export const statistics = JSON.parse(
  readFileSync(new URL('../../fixtures/statistics/statistics.json', import.meta.url), 'utf8'),
) as Statistics;

/** The agreement that issue 6 asks for: 1e-9. */
export function expectSame(actual: number, reference: number): void {
  expect(Math.abs(actual - reference), `${actual} against ${reference}`).toBeLessThan(1e-9);
}

export function expectEstimate(actual: Estimate, reference: Estimate): void {
  expectSame(actual.value, reference.value);
  expectSame(actual.low, reference.low);
  expectSame(actual.high, reference.high);
}
