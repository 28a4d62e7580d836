import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';

/** How alike rankings are; rows and columns in the order asked for. */
export interface Comparison {
  /** Part of one ranking's best customers that are among the other's too, 0..1. */
  overlap: number[][];
  /** Spearman's rank correlation over the customers of both, -1..1. */
  correlation: number[][];
}

/** A customer who stands elsewhere in another ranking; ranks count from 1. */
export interface Move {
  userId: string;
  from: number;
  to: number;
}

const RANKED = `SELECT ranking_id, customer, row_number() OVER (PARTITION BY ranking_id ORDER BY score DESC, customer) AS rank
   FROM ranking_scores`;

/**
 * Compares stored rankings two by two.
 * @param percent of the customers that count as the best, 0..100
 * @throws AppError ranking-missing
 */
export async function compareRankings(
  workspace: Workspace,
  rankingIds: readonly number[],
  percent: number,
): Promise<Comparison> {
  await checkRankings(workspace, rankingIds);
  const ids = rankingIds.map(Number);
  const rows = await workspace.all<{ a: number; b: number; overlap: number; correlation: number | null }>(
    `WITH ranked AS MATERIALIZED (${RANKED} WHERE ranking_id IN (${ids.join(', ')})),
       depth AS (SELECT ranking_id, greatest(1, round(count(*) * $1 / 100.0)) AS depth FROM ranked GROUP BY ranking_id)
     SELECT a.ranking_id AS a, b.ranking_id AS b,
       CAST(count(*) FILTER (a.rank <= da.depth AND b.rank <= db.depth) AS DOUBLE) / any_value(da.depth) AS overlap,
       corr(a.rank, b.rank) AS correlation
     FROM ranked a JOIN ranked b USING (customer)
     JOIN depth da ON da.ranking_id = a.ranking_id JOIN depth db ON db.ranking_id = b.ranking_id
     GROUP BY a.ranking_id, b.ranking_id`,
    [percent],
  );
  const table = (value: (row: (typeof rows)[number]) => number): number[][] =>
    ids.map((a) =>
      ids.map((b) => {
        const row = rows.find((one) => one.a === a && one.b === b);
        return row ? value(row) : 0;
      }),
    );
  // Without any spread of ranks (a single customer) the correlation is not defined; alike it is all the same.
  return { overlap: table(({ overlap }) => overlap), correlation: table(({ correlation }) => correlation ?? 1) };
}

/**
 * The customers who move most between two rankings, among those who are in the best part of either; the furthest first.
 * @throws AppError ranking-missing
 */
export async function largestMoves(
  workspace: Workspace,
  from: number,
  to: number,
  percent: number,
  limit: number,
): Promise<Move[]> {
  await checkRankings(workspace, [from, to]);
  return workspace.all<{ userId: string; from: number; to: number }>(
    `WITH ranked AS MATERIALIZED (${RANKED} WHERE ranking_id IN ($1, $2)),
       depth AS (SELECT greatest(1, round(count(*) * $3 / 100.0)) AS depth FROM ranked WHERE ranking_id = $1)
     SELECT c.user_id AS "userId", a.rank AS "from", b.rank AS "to"
     FROM ranked a JOIN ranked b USING (customer) JOIN customers c USING (customer), depth
     WHERE a.ranking_id = $1 AND b.ranking_id = $2 AND least(a.rank, b.rank) <= depth
     ORDER BY abs(a.rank - b.rank) DESC, c.user_id LIMIT $4`,
    [from, to, percent, limit],
  );
}

async function checkRankings(workspace: Workspace, rankingIds: readonly number[]): Promise<void> {
  for (const id of rankingIds) {
    const found = await workspace.one("SELECT 1 FROM rankings WHERE id = $1 AND state = 'done'", [id]);
    if (!found) throw new AppError('ranking-missing', `There is no ranking ${id}`, 'rank the customers first');
  }
}
