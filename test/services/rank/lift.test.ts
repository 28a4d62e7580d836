import { describe, expect, it } from 'vitest';
import { liftTable } from '../../../electron/services/rank/lift.js';
import { documentFrequency } from '../../../electron/services/rank/similarity.js';
import { blockOf } from './event-blocks.js';

describe('lift', () => {
  // Owners of 0 have 1 and never 2; nobody has 3.
  const owned = Array.from({ length: 40 }, (_, i) => (i % 2 ? [0, 1] : [2]));
  const events = blockOf(owned);
  const df = documentFrequency(events, 4);
  const { lift, anchors } = liftTable(events, Float64Array.of(3, -1, -1, 0), df);

  it('counts each customer once', () => {
    expect([...df]).toEqual([20, 20, 20, 0]);
  });

  it('is positive for what goes with the nearest string and negative for what does not', () => {
    expect(anchors[0]).toBe(0);
    expect(lift[1]).toBeGreaterThan(0.4);
    expect(lift[2]).toBeLessThan(-1);
  });

  it('says nothing of a string that no customer of the sample has', () => {
    expect(lift[3]).toBe(0);
  });

  it('takes it for no sign that two rare strings never meet', () => {
    // One customer in 200 has the nearest string 0, and another one string 1; every other customer has 2, the first too.
    const rare = blockOf(
      Array.from({ length: 200 }, (_, i) => [...(i === 0 ? [0] : i === 1 ? [1] : []), ...(i % 2 ? [] : [2])]),
    );
    const { lift: said } = liftTable(rare, Float64Array.of(3, -1, -1), documentFrequency(rare, 3));
    expect(Math.abs(said[1]!)).toBeLessThan(0.1);
    expect(said[2]).toBeGreaterThan(0.05);
  });
});
