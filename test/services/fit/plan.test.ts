import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgementsOf, stepsThatFit, usualMinutes, wantedQuestions } from '../../../electron/services/fit/plan.js';

describe('the plan of a fit', () => {
  it('takes a minute for a thousand customers, in halves, at least one and at most five', () => {
    expect([300, 1000, 2240, 2260, 2500, 5000, 100_000].map(usualMinutes)).toEqual([1, 1, 2, 2.5, 2.5, 5, 5]);
  });

  it('asks less in less time, and as much as ever where the steps are given', () => {
    expect(wantedQuestions({}, 1).questions).toBe(96);
    expect(wantedQuestions({}, 5).questions).toBe(240);
    expect(wantedQuestions({}, 0.01).questions).toBe(8);
    expect(wantedQuestions({ steps: 20 }, 1).questions).toBe(240);
    expect(wantedQuestions({ questions: 30, judging: 9 }, 1)).toEqual({ questions: 30, judging: 9 });
  });

  it('keeps steps and judgements within the time, or within the share that they get at least', () => {
    const seconds = fc.double({ min: 0.05, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ spent: fc.double({ min: 0, max: 400, noNaN: true }), judgement: seconds, step: seconds }),
        fc.integer({ min: 60, max: 300 }),
        (taken, whole) => {
          const steps = stepsThatFit(whole, taken);
          const took = judgementsOf(steps) * taken.judgement + steps * taken.step;
          const left = Math.max(0.4 * whole, whole - taken.spent);
          // Twelve are taken at least, whatever they take.
          expect(steps === 12 || took <= left).toBe(true);
        },
      ),
    );
  });
});
