import { AppError } from '../errors.js';
import { Calibration } from '../evaluate/calibrate.js';
import { measureRecommendations, type RecommendationMetrics } from '../evaluate/recommendation.js';
import { sha256 } from './identity.js';
import { rankPercentiles, type Ranking } from './ranking.js';

/** An offer whose takers are known from later on. */
export interface KnownOffer {
  name: string;
  ranking: Ranking;
  /** 1 for customers who took it, 0 for those who did not. */
  taken: ReadonlyMap<string, 0 | 1>;
}

/** How well each way of ordering the offers meets what customers took, at the first `k` offers. */
export interface OfferEvaluation {
  k: number;
  offers: number;
  /** Offers ordered by each customer's percentile in the offers' rankings: no labels used. */
  byRank: RecommendationMetrics;
  /** By probabilities calibrated on the other half of the customers. */
  calibrated: RecommendationMetrics;
  /** The same order for everybody: by how many of the other half took each offer. */
  popularity: RecommendationMetrics;
}

/**
 * Hit rate and NDCG of next best offers beside popularity. Customers labelled for every offer are split in two halves
 * by a hash of their id; calibration and popularity are learned on one half and all three are measured on the other.
 * @throws AppError `offers-unlabelled` when either half has no customer.
 */
export function evaluateOffers(offers: readonly KnownOffer[], k: number): OfferEvaluation {
  const ids = offers[0]!.ranking.userIds.filter((id) => offers.every((offer) => offer.taken.has(id)));
  const learned = new Set(ids.filter((id) => parseInt(sha256(id).slice(0, 2), 16) % 2 === 0));
  const tested = ids.filter((id) => !learned.has(id));
  if (learned.size === 0 || tested.length === 0) {
    throw new AppError(
      'offers-unlabelled',
      'Too few customers have a label for every offer',
      'give labels for the same customers',
    );
  }
  const scores = offers.map((offer) => scoresOf(offer, learned));
  const relevant = tested.map((id) => offers.map((offer) => offer.taken.get(id)!));
  const measure = (way: 'rank' | 'probability' | 'popularity') =>
    measureRecommendations(
      tested.map((id) => scores.map((score) => (way === 'popularity' ? score.popularity : score[way].get(id)!))),
      relevant,
      k,
    );
  return {
    k,
    offers: offers.length,
    byRank: measure('rank'),
    calibrated: measure('probability'),
    popularity: measure('popularity'),
  };
}

function scoresOf({ ranking, taken }: KnownOffer, learned: ReadonlySet<string>) {
  const percentiles = rankPercentiles(ranking.scores);
  const known = ranking.userIds.flatMap((id, at) => (learned.has(id) ? [at] : []));
  const labels = Uint8Array.from(known, (at) => taken.get(ranking.userIds[at]!)!);
  const calibration = Calibration.fit(
    Float64Array.from(known, (at) => ranking.scores[at]!),
    labels,
  );
  return {
    rank: new Map(ranking.userIds.map((id, at) => [id, percentiles[at]!])),
    probability: new Map(ranking.userIds.map((id, at) => [id, calibration.at(ranking.scores[at]!)])),
    popularity: labels.reduce((sum, label) => sum + label, 0) / labels.length,
  };
}
