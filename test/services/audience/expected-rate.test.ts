import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedProbability } from '../../../electron/services/audience/expected-rate.js';
import { rankCustomers } from '../../../electron/services/audience/ranking.js';

describe('probabilities from an expected rate', () => {
  const ranking = (scores: number[]) =>
    rankCustomers(
      scores.map((_, i) => `U${i}`),
      scores,
    );

  it('have the rate as their mean and rise with the score', () => {
    const scores = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (values, rate) => {
        const { scores: sorted } = ranking(values);
        const given = expectedProbability({ userIds: [], scores: sorted }, rate);
        const told = Array.from(sorted, (score) => given.at(score));
        expect(told.reduce((sum, one) => sum + one, 0) / told.length).toBeCloseTo(rate, 9);
        expect(told.every((one, i) => i === 0 || one <= told[i - 1]!)).toBe(true);
      }),
    );
  });

  it('are as far apart as a ranking of an AUC of 0.684 makes them', () => {
    const count = 20_000;
    const rare = ranking(Array.from({ length: count }, (_, i) => i));
    const given = expectedProbability(rare, 0.001);
    // The chance that a customer drawn by these probabilities stands above one drawn evenly.
    const sum = rare.scores.reduce((auc, score) => auc + (given.at(score) * (score + 0.5)) / count, 0);
    expect(sum / (0.001 * count)).toBeCloseTo(0.684, 2);
  });
});
