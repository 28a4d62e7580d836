import { extname } from 'node:path';
import { AppError } from '../errors.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** How much of a ranking: its best `count` customers, or its best `percent` of them, rounded up. */
export type Depth = { by: 'count'; count: number } | { by: 'percent'; percent: number };

/**
 * Writes the top of a stored ranking as rank, user_id, score: CSV, or Parquet when the name ends so.
 * @returns how many customers were written
 * @throws AppError ranking-format for another ending
 */
export async function writeRanked(
  workspace: Workspace,
  rankingId: number,
  depth: Depth,
  file: string,
): Promise<number> {
  const format = { '.csv': 'FORMAT csv, HEADER', '.parquet': 'FORMAT parquet' }[extname(file).toLowerCase()];
  if (!format)
    throw new AppError(
      'ranking-format',
      'The ending of this name is neither .csv nor .parquet',
      'choose one of the two',
      { file },
    );
  const row = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM ranking_scores WHERE ranking_id = $1', [
    rankingId,
  ]);
  const all = row?.n ?? 0;
  const wanted = depth.by === 'count' ? depth.count : Math.ceil((all * depth.percent) / 100);
  const customers = Math.min(all, wanted);
  await workspace.run(
    `COPY (SELECT row_number() OVER (ORDER BY s.score DESC, c.user_id) AS rank, c.user_id, s.score
           FROM ranking_scores s JOIN customers c ON c.customer = s.customer WHERE s.ranking_id = ${Number(rankingId)}
           ORDER BY rank LIMIT ${customers}) TO ${literal(file)} (${format})`,
  );
  return customers;
}
