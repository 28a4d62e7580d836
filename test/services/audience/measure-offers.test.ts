import { describe, expect, it } from 'vitest';
import { evaluateOffers } from '../../../electron/services/audience/measure-offers.js';
import { rankCustomers } from '../../../electron/services/audience/ranking.js';

describe('evaluating offers', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `U${i}`);
  const offer = (name: string, takes: (i: number) => boolean, score: (i: number) => number) => ({
    name,
    ranking: rankCustomers(
      ids,
      ids.map((_, i) => score(i)),
    ),
    taken: new Map(ids.map((id, i) => [id, takes(i) ? (1 as const) : (0 as const)])),
  });

  it('sees that knowing each customer beats offering everybody the favourite', () => {
    const offers = [0, 1, 2].map((k) =>
      offer(
        `o${k}`,
        (i) => i % 3 === k,
        (i) => Number(i % 3 === k) + i / 1e6,
      ),
    );
    const result = evaluateOffers(offers, 1);
    expect(result.byRank).toMatchObject({ hitRate: 1, ndcg: 1 });
    expect(result.calibrated.hitRate).toBe(1);
    expect(result.popularity.hitRate).toBeLessThan(0.5);
    expect(result.byRank.customers).toBe(result.popularity.customers);
  });

  it('sees that the favourite beats rankings that know nothing', () => {
    const offers = [
      offer(
        'all',
        () => true,
        (i) => i,
      ),
      offer(
        'few',
        (i) => i % 20 === 0,
        (i) => -i,
      ),
    ];
    const result = evaluateOffers(offers, 1);
    expect(result.popularity.hitRate).toBe(1);
    expect(result.calibrated.hitRate).toBe(1);
    expect(result.byRank.hitRate).toBeLessThan(0.7);
    expect(result.expected.hitRate).toBe(1);
  });

  it('asks for labels of the same customers', () => {
    const [first, second] = [
      offer(
        'a',
        () => true,
        (i) => i,
      ),
      offer(
        'b',
        () => true,
        (i) => i,
      ),
    ];
    expect(() => evaluateOffers([first, { ...second, taken: new Map() }], 1)).toThrowError(/label for every offer/);
  });

  it('says that there is nothing to measure where nobody took an offer', () => {
    const untaken = offer(
      'a',
      () => false,
      (i) => i,
    );
    expect(() => evaluateOffers([untaken], 1)).toThrowError(/took an offer/);
  });
});
