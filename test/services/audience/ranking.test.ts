import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedProbability } from '../../../electron/services/audience/expected-rate.js';
import { assignOffers } from '../../../electron/services/audience/offers.js';
import {
  combineRankings,
  rankCustomers,
  rankPercentiles,
  type Ranking,
} from '../../../electron/services/audience/ranking.js';
import { Calibration } from '../../../electron/services/evaluate/calibrate.js';

const ids = ['a', 'b', 'c', 'd', 'e'];
const rankings = new Map<string, Ranking>([
  ['tea', rankCustomers(ids, [5, 4, 3, 2, 1])],
  ['cake', rankCustomers(ids, [10, 2, 50, 40, 30])],
]);

describe('ranking customers', () => {
  it('breaks ties by id and refuses an id that comes twice', () => {
    expect(rankCustomers(['b', 'c', 'a'], [1, 2, 1]).userIds).toEqual(['c', 'a', 'b']);
    expect(() => rankCustomers(['a', 'a'], [1, 2])).toThrowError(/ranked twice/);
  });

  it('gives ties their mean percentile', () => {
    expect([...rankPercentiles(Float64Array.of(9, 5, 5, 1))]).toEqual([1, 0.5, 0.5, 0]);
  });
});

describe('combining instructions over ranks', () => {
  it('takes the minimum for AND, the maximum for OR, the complement for NOT', () => {
    const and = combineRankings(rankings, { and: [{ ranking: 'tea' }, { ranking: 'cake' }] });
    expect(and.userIds).toEqual(['c', 'a', 'd', 'b', 'e']);
    expect([...and.scores]).toEqual([0.5, 0.25, 0.25, 0, 0]);
    const without = combineRankings(rankings, { and: [{ ranking: 'tea' }, { not: { ranking: 'cake' } }] });
    expect(without.userIds.slice(0, 2)).toEqual(['a', 'b']);
    expect([...without.scores.slice(0, 2)]).toEqual([0.75, 0.75]);
    const or = combineRankings(rankings, { or: [{ ranking: 'tea' }, { ranking: 'cake' }] });
    expect(or.userIds).toEqual(['c', 'a', 'd', 'b', 'e']);
  });

  it('names what is missing', () => {
    expect(() => combineRankings(rankings, { ranking: 'coffee' })).toThrowError(/"coffee"/);
    expect(() => combineRankings(rankings, { and: [] })).toThrowError(/joins no/);
    const other = new Map(rankings).set('cake', rankCustomers(['a'], [1]));
    expect(() => combineRankings(other, { or: [{ ranking: 'tea' }, { ranking: 'cake' }] })).toThrowError(
      /different customers/,
    );
  });
});

describe('the next best offer', () => {
  const offers = [...rankings].map(([name, ranking]) => ({ name, ranking }));

  it('gives everybody what suits best, on ranks, with the runner-up', () => {
    const plan = assignOffers(offers);
    expect(plan.comparison).toBe('rank');
    expect(plan.assignments).toEqual([
      { userId: 'a', offer: 'tea', score: 1, runnerUp: 'cake', runnerUpScore: 0.25 },
      { userId: 'c', offer: 'cake', score: 1, runnerUp: 'tea', runnerUpScore: 0.5 },
      { userId: 'b', offer: 'tea', score: 0.75, runnerUp: 'cake', runnerUpScore: 0 },
      { userId: 'd', offer: 'cake', score: 0.75, runnerUp: 'tea', runnerUpScore: 0.25 },
      { userId: 'e', offer: 'cake', score: 0.5, runnerUp: 'tea', runnerUpScore: 0 },
    ]);
  });

  it('compares probabilities only when every offer has labels or a rate', () => {
    const calibration = Calibration.fit(Float64Array.of(1, 2, 3, 4), Uint8Array.of(0, 0, 1, 1));
    const labelled = { at: (score: number) => calibration.at(score), from: 'labels' as const };
    const rated = (rate: number) =>
      offers.map((offer) => ({
        ...offer,
        probability: { ...expectedProbability(offer.ranking, rate), from: 'rate' as const },
      }));
    expect(assignOffers(offers.map((offer) => ({ ...offer, probability: labelled }))).comparison).toBe('calibrated');
    expect(assignOffers(rated(0.1))).toMatchObject({
      comparison: 'expected',
      reason: 'an expected rate on 2 of 2 offers, so scores are probabilities',
    });
    expect(assignOffers([{ ...offers[0]!, probability: labelled }, rated(0.1)[1]!])).toMatchObject({
      comparison: 'expected',
      reason: 'labels on 1 of 2 offers, an expected rate on 1 of 2 offers, so scores are probabilities',
    });
    expect(assignOffers([rated(0.1)[0]!, offers[1]!])).toMatchObject({
      comparison: 'rank',
      reason: "an expected rate on 1 of 2 offers, so scores are percentiles of each offer's own ranking",
    });
  });

  it('prefers, among equal ranks, the offer of which more is expected', () => {
    const ranking = rankings.get('tea')!;
    const rated = (name: string, rate: number) => ({
      name,
      ranking,
      probability: { ...expectedProbability(ranking, rate), from: 'rate' as const },
    });
    const plan = assignOffers([rated('rare', 0.01), rated('usual', 0.2)]);
    expect(plan.perOffer).toMatchObject([{ customers: 0 }, { customers: 5 }]);
  });

  it('keeps capacities and limits, and leaves nobody envious', () => {
    const problem = fc.record({
      scores: fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 6, maxLength: 6 }), {
        minLength: 1,
        maxLength: 4,
      }),
      capacity: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 }),
      contacts: fc.integer({ min: 0, max: 8 }),
    });
    fc.assert(
      fc.property(problem, ({ scores, capacity, contacts }) => {
        const people = ['p', 'q', 'r', 's', 't', 'u'];
        const list = scores.map((row, k) => ({
          name: `o${k}`,
          ranking: rankCustomers(people, row),
          capacity: capacity[k]!,
        }));
        const plan = assignOffers(list, { contacts });
        expect(plan.assignments.length + plan.unassigned).toBe(people.length);
        expect(plan.assignments.length).toBeLessThanOrEqual(contacts);
        expect(new Set(plan.assignments.map((a) => a.userId)).size).toBe(plan.assignments.length);
        plan.perOffer.forEach((offer) => expect(offer.customers).toBeLessThanOrEqual(offer.capacity!));
        if (contacts < people.length) return;
        for (const [k, offer] of list.entries()) {
          const score = new Map(offer.ranking.userIds.map((id, i) => [id, rankPercentiles(offer.ranking.scores)[i]!]));
          const holders = plan.assignments.filter((a) => a.offer === offer.name);
          for (const person of people) {
            const own = plan.assignments.find((a) => a.userId === person);
            const prefers = !own || own.score < score.get(person)!;
            const envies = holders.some((holder) => holder.score < score.get(person)!) || holders.length < capacity[k]!;
            expect(prefers && envies).toBe(false);
          }
        }
      }),
    );
  });
});
