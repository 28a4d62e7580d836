import { AppError } from '../errors.js';

/** Customers from best to worst; ties in score broken by id. Entry i has rank i + 1. */
export interface Ranking {
  userIds: readonly string[];
  scores: Float64Array;
}

/** Sorts scored customers into a ranking. @throws AppError `ranking-duplicate` when an id comes twice. */
export function rankCustomers(userIds: readonly string[], scores: ArrayLike<number>): Ranking {
  const order = Uint32Array.from(userIds, (_, i) => i).sort(
    (a, b) => scores[b]! - scores[a]! || (userIds[a]! < userIds[b]! ? -1 : 1),
  );
  const seen = new Set<string>();
  for (const id of userIds) {
    if (seen.has(id)) {
      throw new AppError('ranking-duplicate', `Customer ${id} is ranked twice`, 'rank every customer once');
    }
    seen.add(id);
  }
  return {
    userIds: Array.from(order, (i) => userIds[i]!),
    scores: Float64Array.from(order, (i) => scores[i]!),
  };
}

/** Which customers: those near the top of a named ranking, and how such demands are joined. */
export type Combination = { ranking: string } | { and: Combination[] } | { or: Combination[] } | { not: Combination };

/**
 * Joins rankings of the same customers into one. Every ranking is first turned into percentiles (1 the best,
 * 0 the worst, ties sharing their mean), so that scores of different instructions weigh the same; then AND is the
 * minimum, OR the maximum and NOT the complement (Zadeh 1965). The result's scores are these values, 0..1; among
 * equals the higher mean percentile over the rankings named without NOT comes first, then the id.
 * @throws AppError `combination-unknown` for a name without a ranking, `combination-customers` when the rankings
 * hold different customers, `combination-empty` for an AND or OR of nothing.
 */
export function combineRankings(rankings: ReadonlyMap<string, Ranking>, expression: Combination): Ranking {
  const names = rankingNames(expression);
  const [first, ...others] = [...names].map((name) => known(rankings, name));
  if (!first) throw emptyCombination();
  const positions = new Map(first.userIds.map((id, i) => [id, i]));
  for (const other of others) {
    if (other.userIds.length !== positions.size || other.userIds.some((id) => !positions.has(id))) {
      throw new AppError(
        'combination-customers',
        'The combined rankings hold different customers',
        'rank the same workspace with every instruction',
      );
    }
  }
  const percentiles = new Map([...names].map((name) => [name, percentilesBy(known(rankings, name), positions)]));
  const values = valuesOf(expression, percentiles);
  return orderCombined(first.userIds, values, wantedMean(expression, percentiles, positions.size));
}

/** Percentile of every customer of a ranking, in ranking order: 1 the best, 0 the worst, ties sharing their mean. */
export function rankPercentiles(scores: Float64Array): Float64Array {
  const result = new Float64Array(scores.length);
  const last = Math.max(1, scores.length - 1);
  for (let from = 0; from < scores.length;) {
    let to = from + 1;
    while (to < scores.length && scores[to] === scores[from]) to++;
    result.fill(1 - (from + to - 1) / 2 / last, from, to);
    from = to;
  }
  return result;
}

function rankingNames(expression: Combination): Set<string> {
  if ('ranking' in expression) return new Set([expression.ranking]);
  const parts = 'not' in expression ? [expression.not] : 'and' in expression ? expression.and : expression.or;
  if (parts.length === 0) throw emptyCombination();
  return new Set(parts.flatMap((part) => [...rankingNames(part)]));
}

function known(rankings: ReadonlyMap<string, Ranking>, name: string): Ranking {
  const ranking = rankings.get(name);
  if (ranking) return ranking;
  throw new AppError(
    'combination-unknown',
    `No instruction is called "${name}"`,
    `use one of: ${[...rankings.keys()].join(', ')}`,
  );
}

function percentilesBy(ranking: Ranking, positions: ReadonlyMap<string, number>): Float64Array {
  const inOrder = rankPercentiles(ranking.scores);
  const result = new Float64Array(inOrder.length);
  ranking.userIds.forEach((id, i) => {
    result[positions.get(id)!] = inOrder[i]!;
  });
  return result;
}

function valuesOf(expression: Combination, percentiles: ReadonlyMap<string, Float64Array>): Float64Array {
  if ('ranking' in expression) return percentiles.get(expression.ranking)!;
  if ('not' in expression) return valuesOf(expression.not, percentiles).map((value) => 1 - value);
  const [parts, join] = 'and' in expression ? [expression.and, Math.min] : [expression.or, Math.max];
  return parts
    .map((part) => valuesOf(part, percentiles))
    .reduce((joined, values) => joined.map((value, i) => join(value, values[i]!)));
}

function wantedMean(expression: Combination, percentiles: ReadonlyMap<string, Float64Array>, size: number) {
  const sum = new Float64Array(size);
  for (const name of wantedNames(expression)) percentiles.get(name)!.forEach((value, i) => (sum[i]! += value));
  return sum;
}

function wantedNames(expression: Combination): Set<string> {
  if ('ranking' in expression) return new Set([expression.ranking]);
  if ('not' in expression) return new Set();
  return new Set(('and' in expression ? expression.and : expression.or).flatMap((part) => [...wantedNames(part)]));
}

function orderCombined(userIds: readonly string[], values: Float64Array, tieBreak: Float64Array): Ranking {
  const order = Uint32Array.from(userIds, (_, i) => i).sort(
    (a, b) => values[b]! - values[a]! || tieBreak[b]! - tieBreak[a]! || (userIds[a]! < userIds[b]! ? -1 : 1),
  );
  return {
    userIds: Array.from(order, (i) => userIds[i]!),
    scores: Float64Array.from(order, (i) => values[i]!),
  };
}

function emptyCombination(): AppError {
  return new AppError('combination-empty', 'A combination joins no instructions', 'name at least one instruction');
}
