import { AppError } from '../errors.js';
import { Calibration } from '../evaluate/calibrate.js';
import { withoutExamples } from '../evaluate/labels.js';
import { measureRecommendations, type RecommendationMetrics } from '../evaluate/recommendation.js';
import { examplesOf } from '../evaluate/workspace-labels.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { calibrationLabels, type RankQuestion } from './build.js';
import { expectedProbability, type ScoreProbability } from './expected-rate.js';
import { sha256 } from './identity.js';
import { rankPercentiles, type Ranking } from './ranking.js';
import { askOf, type OffersSpec } from './spec.js';
import { loadRanking } from './workspace-data.js';

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
  /** By probabilities from each offer's rate in the other half and the customer's rank: what a person who knows the rates has. */
  expected: RecommendationMetrics;
  /** By probabilities calibrated on the other half of the customers. */
  calibrated: RecommendationMetrics;
  /** The same order for everybody: by how many of the other half took each offer. */
  popularity: RecommendationMetrics;
}

/**
 * Ranks every offer and reads who took it, but for customers that its tuned version learned from.
 * @throws AppError `offers-unlabelled` when an offer has no labels, and what ranking and reading labels throw
 */
export async function knownOffers(
  workspace: Workspace,
  rank: RankQuestion,
  { offers }: OffersSpec,
  task: Task = unattended,
): Promise<KnownOffer[]> {
  const known: KnownOffer[] = [];
  for (const offer of offers) {
    const { name, labels } = offer;
    if (!labels) {
      throw new AppError(
        'offers-unlabelled',
        `Offer "${name}" has no labels`,
        'give every offer a label file and column',
      );
    }
    const all = await calibrationLabels(workspace, labels);
    const ranking = await loadRanking(workspace, await rank(askOf(offer), task));
    const { values } = withoutExamples(all, await examplesOf(workspace, [ranking.id]));
    known.push({ name, ranking, taken: values });
  }
  return known;
}

/**
 * Hit rate and NDCG of next best offers beside popularity. Customers labelled for every offer are split in two halves
 * by a hash of their id; calibration and popularity are learned on one half and all are measured on the other.
 * @throws AppError `offers-unlabelled` when either half has no customer, `offers-untaken` when nobody measured took one.
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
  if (relevant.every((taken) => taken.every((one) => one === 0))) {
    throw new AppError('offers-untaken', 'None of the customers measured took an offer', 'give labels with takers');
  }
  const measure = (way: 'rank' | 'expected' | 'probability' | 'popularity') =>
    measureRecommendations(
      tested.map((id) => scores.map((score) => (way === 'popularity' ? score.popularity : score[way].get(id)!))),
      relevant,
      k,
    );
  return {
    k,
    offers: offers.length,
    byRank: measure('rank'),
    expected: measure('expected'),
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
  const popularity = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const byId = (of: (at: number) => number) => new Map(ranking.userIds.map((id, at) => [id, of(at)]));
  const expected = givenRate(ranking, popularity);
  return {
    rank: byId((at) => percentiles[at]!),
    expected: byId((at) => expected.at(ranking.scores[at]!)),
    probability: byId((at) => calibration.at(ranking.scores[at]!)),
    popularity,
  };
}

/** Nobody and everybody are no rates that a person would give. */
function givenRate(ranking: Ranking, rate: number): ScoreProbability {
  return rate > 0 && rate < 1 ? expectedProbability(ranking, rate) : { at: () => rate };
}
