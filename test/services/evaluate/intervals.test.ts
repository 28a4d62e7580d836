import { describe, expect, it } from 'vitest';
import {
  meanDifference,
  rateDifference,
  rateRatio,
  wilson,
  Z95,
} from '../../../electron/services/evaluate/intervals.js';
import { expectEstimate, expectSame, statistics } from './fixture.js';

describe('intervals', () => {
  it('uses the normal quantile of scipy', () => expectSame(Z95, statistics.z975));

  it.each(statistics.wilson)('gives the Wilson interval of $successes in $trials', (reference) => {
    expectEstimate(wilson(reference.successes, reference.trials), reference);
  });

  it('knows nothing of a rate without trials', () => {
    expect(wilson(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 });
  });

  it.each(statistics.rateDifference)('gives the Newcombe interval of $a/$nA − $b/$nB', (reference) => {
    expectEstimate(rateDifference(reference.a, reference.nA, reference.b, reference.nB), reference);
  });

  it.each(statistics.rateRatio)('gives the Katz interval of ($a/$nA) / ($b/$nB)', (reference) => {
    expectEstimate(rateRatio(reference.a, reference.nA, reference.b, reference.nB), reference);
  });

  it('gives the interval of a difference of means', () => {
    const { a, b } = statistics.meanDifference;
    expectEstimate(meanDifference(a, b), statistics.meanDifference);
  });
});
