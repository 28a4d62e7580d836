import { describe, expect, it } from 'vitest';
import { meantStrings } from '../../../electron/services/rank/meant.js';

/** Cosines: these ones, and a crowd of strings far away. */
function among(...near: number[]): Float64Array {
  return Float64Array.from([...near, ...Array<number>(40).fill(0.1)]);
}

describe('what is meant', () => {
  it('is what comes nearest, and what is hardly less near in part', () => {
    const { degree } = meantStrings(among(0.9, 0.85, 0.7));
    expect([degree[0], degree[2], degree[3]]).toEqual([1, 0, 0]);
    expect(degree[1]).toBeCloseTo(0.5, 9);
  });

  it('is the surer the nearer it is', () => {
    const sureness = (cosine: number): number => meantStrings(among(cosine)).sureness;
    expect([sureness(0.9), sureness(0.6), sureness(0.45), sureness(0.2)]).toEqual([1, 1, 0, 0]);
    expect(sureness(0.54)).toBeCloseTo(0.6, 9);
  });

  it('is not sure of a theme that many strings are about as near to', () => {
    const theme = Array.from({ length: 30 }, (_, at) => 0.7 - at / 1000);
    expect(meantStrings(among(...theme))).toMatchObject({ sureness: 0, presence: 1 });
    expect(meantStrings(among(0.7, ...theme.map((one) => one - 0.2))).sureness).toBeGreaterThan(0.5);
  });

  it('is nothing in no strings', () => {
    expect(meantStrings(new Float64Array(0)).sureness).toBe(0);
  });
});
