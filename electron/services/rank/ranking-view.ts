import { cellsOf, cellSql } from '../import/profile-cells.js';
import { cellText, literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** A customer in a ranking; ranks count from 1, the best. */
export interface RankedCustomer {
  rank: number;
  userId: string;
  score: number;
  /** Profile columns that were asked for, as text; empty where nothing is known. */
  cells: string[];
}

/** Customers whose profile column lies in a range of numbers, or is one of the words. */
export type RankingFilter =
  { column: string; from: number | null; to: number | null } | { column: string; words: string[] };

/** Which part of a ranking is asked for. */
export interface RankingQuery {
  offset: number;
  limit: number;
  /** Keeps customers whose id contains it, letters in either case. */
  search: string;
  /** Profile columns to show. */
  columns: string[];
  filter: RankingFilter | null;
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

  /** The customers asked for, best first, and how many there are. @throws AppError column-missing */
  async page(workspace: Workspace, rankingId: number, query: RankingQuery) {
    await this.prepare(workspace, rankingId);
    const { offset, limit, search, filter } = query;
    const isWhole = search === '' && filter === null;
    const kept = isWhole ? TABLE : `${TABLE} WHERE ${await conditionOf(workspace, query)}`;
    // In the whole ranking rows are found by their rank; in a part of it they must be counted.
    const stretch = isWhole
      ? `FROM ${TABLE} WHERE rank > ${offset} AND rank <= ${offset + limit} ORDER BY rank`
      : `FROM ${kept} ORDER BY rank LIMIT ${limit} OFFSET ${offset}`;
    const rows = await workspace.all<{ rank: number; userId: string; score: number }>(
      `SELECT rank, user_id AS "userId", score ${stretch}`,
    );
    const total = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${kept}`);
    const cells = await cellsFor(
      workspace,
      rows.map(({ userId }) => userId),
      query.columns,
    );
    return { total: total?.n ?? 0, rows: rows.map((row, at) => ({ ...row, cells: cells[at]! })) };
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

/** The most frequent words of a profile column, for choosing among them. @throws AppError column-missing */
export async function columnWords(workspace: Workspace, column: string, limit: number): Promise<string[]> {
  const query = cellSql(await cellsOf(workspace, column));
  const rows = await workspace.all<{ word: string }>(
    `SELECT ${cellText('cell')} AS word FROM (${query}) GROUP BY word ORDER BY count(*) DESC, word LIMIT ${limit}`,
  );
  return rows.map(({ word }) => word);
}

async function conditionOf(workspace: Workspace, { search, filter }: RankingQuery): Promise<string> {
  const conditions = search === '' ? [] : [`contains(lower(user_id), lower(${literal(search)}))`];
  if (filter) {
    const cells = cellSql(await cellsOf(workspace, filter.column));
    conditions.push(`user_id IN (SELECT user_id FROM (${cells}) WHERE ${filterSql(filter)})`);
  }
  return conditions.join(' AND ');
}

function filterSql(filter: RankingFilter): string {
  if ('words' in filter) return `${cellText('cell')} IN (${filter.words.map(literal).join(', ') || 'NULL'})`;
  const bounds = [
    ...(filter.from === null ? [] : [`cell >= ${Number(filter.from)}`]),
    ...(filter.to === null ? [] : [`cell <= ${Number(filter.to)}`]),
  ];
  return bounds.join(' AND ') || 'true';
}

/** The columns' cells of some customers, [customers][columns]. */
async function cellsFor(workspace: Workspace, userIds: string[], columns: string[]): Promise<string[][]> {
  const rows = userIds.map(() => columns.map(() => ''));
  const place = new Map(userIds.map((id, at) => [id, at]));
  const some = userIds.map(literal).join(', ') || 'NULL';
  for (const [at, column] of columns.entries()) {
    const query = cellSql(await cellsOf(workspace, column), `user_id IN (${some})`);
    const found = await workspace.all<{ id: string; word: string }>(
      `SELECT user_id AS id, ${cellText('cell')} AS word FROM (${query})`,
    );
    for (const { id, word } of found) rows[place.get(id)!]![at] = word;
  }
  return rows;
}
