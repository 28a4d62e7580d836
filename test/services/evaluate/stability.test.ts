import { expect, it } from 'vitest';
import { compareRankings } from '../../../electron/services/evaluate/stability.js';
import { expectSame, statistics } from './fixture.js';

it('gives the rank correlation of scipy', () => {
  const { first, second, spearman } = statistics.agreement;
  expectSame(compareRankings(Float64Array.from(first), Float64Array.from(second)).spearman, spearman);
});

it('knows a ranking from its reverse', () => {
  const scores = Float64Array.from({ length: 100 }, (_, i) => i);
  expect(compareRankings(scores, scores)).toEqual({
    spearman: 1,
    overlaps: [1, 5, 10, 20].map((percent) => ({ percent, overlap: 1 })),
  });
  const reversed = compareRankings(
    scores,
    scores.map((score) => -score),
  );
  expect([reversed.spearman, reversed.overlaps[3]!.overlap]).toEqual([-1, 0]);
});
