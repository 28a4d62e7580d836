/** How well ordered items meet what customers did later. */
export interface RecommendationMetrics {
  /** Customers with at least one relevant item; the others say nothing. */
  customers: number;
  /** Share of customers with a relevant item among their first k. */
  hitRate: number;
  /** Mean normalised discounted cumulative gain of the first k (Järvelin & Kekäläinen 2002), 0..1. */
  ndcg: number;
}

/**
 * Hit rate and NDCG at `k`. Row i of `scores` and `relevant` are customer i's scores and 0/1 relevance per item;
 * equal scores keep the item order. Equals scikit-learn's `ndcg_score(k=k)` without ties.
 */
export function measureRecommendations(
  scores: readonly ArrayLike<number>[],
  relevant: readonly ArrayLike<number>[],
  k: number,
): RecommendationMetrics {
  let [customers, hits, gains] = [0, 0, 0];
  scores.forEach((row, i) => {
    const truth = relevant[i]!;
    let wanted = 0;
    for (let item = 0; item < truth.length; item++) wanted += truth[item]!;
    if (wanted === 0) return;
    customers++;
    const order = Array.from({ length: row.length }, (_, item) => item).sort((a, b) => row[b]! - row[a]! || a - b);
    const gain = discountedGain(order.slice(0, k).map((item) => truth[item]!));
    gains += gain / discountedGain(Array<number>(Math.min(wanted, k)).fill(1));
    if (gain > 0) hits++;
  });
  return { customers, hitRate: hits / customers, ndcg: gains / customers };
}

function discountedGain(relevance: readonly number[]): number {
  return relevance.reduce((sum, gain, position) => sum + gain / Math.log2(position + 2), 0);
}
