import { AppError } from '../errors.js';
import type { ScoreProbability } from './expected-rate.js';
import { rankPercentiles, type Ranking } from './ranking.js';

/** One offer: the ranking of its instruction, and how many customers may get it. */
export interface Offer {
  name: string;
  ranking: Ranking;
  /** What its scores stand for, and how that is known: learned from labels of this offer, or from a given rate. */
  probability?: ScoreProbability & { from: 'labels' | 'rate' };
  capacity?: number;
}

export interface OfferLimits {
  /** Most customers contacted over all offers. */
  contacts?: number;
  /** Least comparable score (0..1) at which an offer is made. */
  atLeast?: number;
}

/** How scores of different offers were made comparable; `expected`: probabilities, some or all of them from given rates. */
export const COMPARISONS = ['calibrated', 'expected', 'rank'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Assignment {
  userId: string;
  offer: string;
  /** Comparable score of the offer, 0..1. */
  score: number;
  /** The customer's best other offer, whether or not it had room; null when there is only one offer. */
  runnerUp: string | null;
  runnerUpScore: number | null;
}

export interface OfferPlan {
  comparison: Comparison;
  /** Why they were compared so, in words. */
  reason: string;
  /** By score, best first, then by id. */
  assignments: Assignment[];
  perOffer: { offer: string; capacity: number | null; customers: number }[];
  /** Customers who got nothing. */
  unassigned: number;
}

/**
 * Gives each customer at most one offer, the one that suits best. Scores are probabilities when every offer has labels or
 * an expected rate, else percentiles of each offer's ranking (a mixture would not be comparable). With capacities
 * the plan is the stable one: nobody is left without an offer they scored higher for than somebody who got it, unless
 * they got one they scored higher still for. Ties go to the offer named first, then the smaller id.
 * @throws AppError `offers-none`, `offers-name` (twice the same), `offers-customers` (different customers).
 */
export function assignOffers(offers: readonly Offer[], limits: OfferLimits = {}): OfferPlan {
  const userIds = checkedCustomers(offers);
  const comparison = comparisonOf(offers);
  const scores = offers.map((offer) => comparableScores(offer, comparison, userIds));
  const given = place(offers, scores, userIds.length, limits);
  const assignments: Assignment[] = [];
  given.forEach((offer, customer) => {
    if (offer < 0) return;
    const other = bestOther(scores, customer, offer);
    assignments.push({
      userId: userIds[customer]!,
      offer: offers[offer]!.name,
      score: scores[offer]![customer]!,
      runnerUp: other === null ? null : offers[other]!.name,
      runnerUpScore: other === null ? null : scores[other]![customer]!,
    });
  });
  assignments.sort((a, b) => b.score - a.score || (a.userId < b.userId ? -1 : 1));
  return {
    comparison,
    reason: reasonOf(offers),
    assignments,
    perOffer: offers.map(({ name, capacity }, k) => ({
      offer: name,
      capacity: capacity ?? null,
      customers: given.reduce((sum, offer) => sum + Number(offer === k), 0),
    })),
    unassigned: userIds.length - assignments.length,
  };
}

function comparisonOf(offers: readonly Offer[]): Comparison {
  if (!offers.every(({ probability }) => probability)) return 'rank';
  return offers.every(({ probability }) => probability?.from === 'labels') ? 'calibrated' : 'expected';
}

function reasonOf(offers: readonly Offer[]): string {
  const knownBy = (from: 'labels' | 'rate') => offers.filter(({ probability }) => probability?.from === from).length;
  const [labels, rates] = [knownBy('labels'), knownBy('rate')];
  if (labels === offers.length) return 'every offer has labels, so scores are probabilities';
  const told = [
    ...(labels > 0 || rates === 0
      ? [labels === 0 ? 'no offer has labels' : `labels on ${labels} of ${offers.length} offers`]
      : []),
    ...(rates > 0 ? [`an expected rate on ${rates} of ${offers.length} offers`] : []),
  ].join(', ');
  return labels + rates === offers.length
    ? `${told}, so scores are probabilities`
    : `${told}, so scores are percentiles of each offer's own ranking`;
}

/** Goes through all (customer, offer) pairs from the best score down; a pair is made when both are still free. */
function place(offers: readonly Offer[], scores: Float64Array[], customers: number, limits: OfferLimits): Int32Array {
  const pairs = new Uint32Array(offers.length * customers).map((_, i) => i);
  const scoreOf = (pair: number) => scores[pair % offers.length]![Math.floor(pair / offers.length)]!;
  // Pair numbers grow with the customer's id and then the offer, which is the order wanted among equals.
  pairs.sort((a, b) => scoreOf(b) - scoreOf(a) || a - b);
  const room = offers.map((offer) => offer.capacity ?? Number.POSITIVE_INFINITY);
  let contacts = limits.contacts ?? Number.POSITIVE_INFINITY;
  const given = new Int32Array(customers).fill(-1);
  for (const pair of pairs) {
    const [offer, customer] = [pair % offers.length, Math.floor(pair / offers.length)];
    if (contacts <= 0 || scoreOf(pair) < (limits.atLeast ?? 0)) break;
    if (given[customer] !== -1 || room[offer]! <= 0) continue;
    given[customer] = offer;
    room[offer]!--;
    contacts--;
  }
  return given;
}

/** Ids of all customers, ascending. */
function checkedCustomers(offers: readonly Offer[]): string[] {
  const [first] = offers;
  if (!first) throw new AppError('offers-none', 'There are no offers', 'name at least one offer');
  const names = new Set(offers.map((offer) => offer.name));
  if (names.size < offers.length) {
    throw new AppError('offers-name', 'Two offers have the same name', 'give every offer its own name');
  }
  const ids = new Set(first.ranking.userIds);
  const same = (other: Offer) =>
    other.ranking.userIds.length === ids.size && other.ranking.userIds.every((id) => ids.has(id));
  if (!offers.every(same)) {
    throw new AppError(
      'offers-customers',
      'The offers rank different customers',
      'rank the same workspace with every offer',
    );
  }
  return [...ids].sort();
}

function comparableScores(offer: Offer, comparison: Comparison, userIds: readonly string[]): Float64Array {
  const { ranking, probability } = offer;
  const inOrder =
    comparison === 'rank' ? rankPercentiles(ranking.scores) : ranking.scores.map((score) => probability!.at(score));
  const byId = new Map(ranking.userIds.map((id, i) => [id, inOrder[i]!]));
  return Float64Array.from(userIds, (id) => byId.get(id)!);
}

function bestOther(scores: Float64Array[], customer: number, assigned: number): number | null {
  let best: number | null = null;
  scores.forEach((values, offer) => {
    if (offer !== assigned && (best === null || values[customer]! > scores[best]![customer]!)) best = offer;
  });
  return best;
}
