import { expect, it } from 'vitest';
import { measureRecommendations } from '../../../electron/services/evaluate/recommendation.js';
import { expectSame, statistics } from './fixture.js';

it('gives the hit rate and NDCG of scikit-learn', () => {
  const { scores, relevance, ndcgAt5, hitRateAt5 } = statistics.offers;
  const result = measureRecommendations(scores, relevance, 5);
  expectSame(result.ndcg, ndcgAt5);
  expectSame(result.hitRate, hitRateAt5);
  expect(result.customers).toBe(relevance.filter((row) => row.includes(1)).length);
});
