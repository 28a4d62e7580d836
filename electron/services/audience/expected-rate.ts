import { rankPercentiles, type Ranking } from './ranking.js';

/** The probability that a score of a ranking stands for, 0..1. */
export interface ScoreProbability {
  at(score: number): number;
}

/** Mean AUC of rankings without labels over the benchmark's sets (README): what an unlabelled ranking is taken to be worth. */
const USUAL_AUC = 0.684;
/** Halvings of the interval that holds the intercept, to far below what a rate is known to. */
const HALVINGS = 50;

/**
 * Probabilities for a ranking without labels, from the rate that is expected over all its customers: the odds of taking
 * the offer grow as a power b of the odds of a rank, q / (1 - q) with q the share of customers below, and their mean is the
 * rate. Of a rare offer such a ranking has the AUC (1 + b) / 2, which gives b. Only for scores of the ranking itself.
 */
export function expectedProbability({ scores }: Ranking, rate: number): ScoreProbability {
  const customers = scores.length;
  const logits = rankPercentiles(scores).map((percentile) => {
    // Half a customer from either end, so that the odds of the first and the last are finite.
    const below = (percentile * (customers - 1) + 0.5) / customers;
    return (2 * USUAL_AUC - 1) * Math.log(below / (1 - below));
  });
  const intercept = interceptFor(logits, rate);
  const known = new Map(Array.from(scores, (score, i) => [score, logistic(intercept + logits[i]!)]));
  return { at: (score) => known.get(score)! };
}

/** What has to be added to every logit so that the mean probability is `rate`. */
function interceptFor(logits: Float64Array, rate: number): number {
  const centre = Math.log(rate / (1 - rate));
  const widest = logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  let [low, high] = [centre - widest, centre + widest];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const mean = logits.reduce((sum, logit) => sum + logistic(middle + logit), 0) / logits.length;
    if (mean < rate) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
