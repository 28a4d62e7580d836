import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calibration } from '../../../electron/services/evaluate/calibrate.js';
import { deciles, gainsCurve } from '../../../electron/services/evaluate/curves.js';
import { auc, countAtPercent, measureRanking } from '../../../electron/services/evaluate/metrics.js';
import { AppError } from '../../../electron/services/errors.js';
import { expectEstimate, expectSame, statistics } from './fixture.js';

const rankings = statistics.rankings.map((reference) => ({
  ...reference,
  scoreArray: Float64Array.from(reference.scores),
  labelArray: Uint8Array.from(reference.labels),
}));

describe.each(rankings)('the $name ranking', (reference) => {
  const metrics = measureRanking(reference.scoreArray, reference.labelArray);

  it('has the reference AUC, interval and KS', () => {
    expectEstimate(metrics.auc, reference.auc);
    expectSame(metrics.ks, reference.ks);
  });

  it('has the reference precision, recall and lift at every cut', () => {
    metrics.cuts.forEach((cut, i) => {
      const expected = reference.cuts[i]!;
      expect([cut.percent, cut.count, cut.positives]).toEqual([expected.percent, expected.count, expected.positives]);
      expectEstimate(cut.precision, expected.precision);
      expectEstimate(cut.recall, expected.recall);
      expectSame(cut.lift.value, expected.lift);
    });
  });

  it('has the reference isotonic calibration', () => {
    const calibration = Calibration.fit(reference.scoreArray, reference.labelArray);
    reference.isotonic.forEach((rate, i) => expectSame(calibration.at(reference.scores[i]!), rate));
  });
});

describe('any ranking', () => {
  const sample = fc
    .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.boolean()), { minLength: 2, maxLength: 120 })
    .filter((rows) => rows.some(([, label]) => label) && rows.some(([, label]) => !label))
    .map((rows) => ({
      scores: Float64Array.from(rows, ([score]) => score),
      labels: Uint8Array.from(rows, ([, label]) => Number(label)),
    }));

  it('mirrors its AUC when the scores are negated', () => {
    fc.assert(
      fc.property(sample, ({ scores, labels }) => {
        expect(
          auc(
            scores.map((s) => -s),
            labels,
          ).value,
        ).toBeCloseTo(1 - auc(scores, labels).value, 12);
      }),
    );
  });

  it('counts every customer once over its deciles and ends its gains curve with all of them', () => {
    fc.assert(
      fc.property(sample, ({ scores, labels }) => {
        const positives = labels.reduce((sum, label) => sum + label, 0);
        const tenths = deciles(scores, labels);
        expect(tenths.reduce((sum, tenth) => sum + tenth.customers, 0)).toBe(scores.length);
        expect(tenths.reduce((sum, tenth) => sum + tenth.positives, 0)).toBe(positives);
        const last = gainsCurve(scores, labels, 20).at(-1)!;
        expect([last.count, last.positives, last.lift]).toEqual([scores.length, positives, 1]);
      }),
    );
  });

  it('refuses labels of a single class', () => {
    const scores = Float64Array.of(1, 2, 3);
    expect(() => measureRanking(scores, Uint8Array.of(1, 1, 1))).toThrowError(/all 3 customers are labelled 1/);
    expect(() => measureRanking(scores, new Uint8Array(3))).toThrowError(AppError);
    expect(() => measureRanking(new Float64Array(), new Uint8Array())).toThrowError(/no customer is labelled/);
  });

  it('rounds a percentage up and keeps round figures round', () => {
    expect([countAtPercent(100, 5), countAtPercent(101, 5), countAtPercent(3, 1), countAtPercent(1000, 0.7)]).toEqual([
      5, 6, 1, 7,
    ]);
  });
});
