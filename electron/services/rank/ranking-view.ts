import type { Workspace } from '../workspace/workspace.js';

/** A customer in a ranking; ranks count from 1, the best. */
export interface RankedCustomer {
  rank: number;
  userId: string;
  score: number;
}

const TABLE = 'ranking_view';

/**
 * Pages through one stored ranking at a time. The ranking is sorted once into a temporary table in rank order, so
 * that a page is found by DuckDB's zone maps; memory stays bounded at any number of customers.
 */
export class RankingView {
  private shown: { workspace: Workspace; rankingId: number } | undefined;
  // Pages asked for at once must not sort the same ranking twice.
  private preparing: Promise<void> = Promise.resolve();

  /** Customers whose id contains `search` (letters in either case), from `offset`, best first. */
  async page(workspace: Workspace, rankingId: number, offset: number, limit: number, search: string) {
    await this.prepare(workspace, rankingId);
    if (search === '') {
      const rows = await workspace.all<{ rank: number; userId: string; score: number }>(
        `SELECT rank, user_id AS "userId", score FROM ${TABLE} WHERE rank > $1 AND rank <= $2 ORDER BY rank`,
        [offset, offset + limit],
      );
      const total = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${TABLE}`);
      return { total: total?.n ?? 0, rows };
    }
    const matching = `FROM ${TABLE} WHERE contains(lower(user_id), lower($1))`;
    const total = await workspace.one<{ n: number }>(`SELECT count(*) AS n ${matching}`, [search]);
    const rows = await workspace.all<{ rank: number; userId: string; score: number }>(
      `SELECT rank, user_id AS "userId", score ${matching} ORDER BY rank LIMIT ${limit} OFFSET ${offset}`,
      [search],
    );
    return { total: total?.n ?? 0, rows };
  }

  /** Numbers of customers in `bins` equally wide ranges of the score. */
  async distribution(workspace: Workspace, rankingId: number, bins: number) {
    await this.prepare(workspace, rankingId);
    const range = await workspace.one<{ low: number; high: number }>(
      `SELECT min(score) AS low, max(score) AS high FROM ${TABLE}`,
    );
    if (!range || range.low === null) return [];
    const width = (range.high - range.low) / bins || 1;
    const counts = await workspace.all<{ bin: number; n: number }>(
      `SELECT least(${bins - 1}, floor((score - $1) / $2))::INTEGER AS bin, count(*) AS n FROM ${TABLE} GROUP BY bin`,
      [range.low, width],
    );
    const byBin = new Map(counts.map(({ bin, n }) => [bin, n]));
    return Array.from({ length: bins }, (_, bin) => ({
      from: range.low + bin * width,
      to: range.low + (bin + 1) * width,
      count: byBin.get(bin) ?? 0,
    }));
  }

  private prepare(workspace: Workspace, rankingId: number): Promise<void> {
    const next = this.preparing.then(async () => {
      if (this.shown?.workspace === workspace && this.shown.rankingId === rankingId) return;
      await workspace.run(
        `CREATE OR REPLACE TEMP TABLE ${TABLE} AS
         SELECT row_number() OVER (ORDER BY s.score DESC, c.user_id) AS rank, c.user_id, s.score
         FROM ranking_scores s JOIN customers c ON c.customer = s.customer WHERE s.ranking_id = $1 ORDER BY rank`,
        [rankingId],
      );
      this.shown = { workspace, rankingId };
    });
    this.preparing = next.catch(() => undefined);
    return next;
  }
}
