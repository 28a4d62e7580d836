import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/services/errors.js';
import { listRankings } from '../../../electron/services/rank/list-rankings.js';
import { columnWords, RankingView } from '../../../electron/services/rank/ranking-view.js';
import { writeRanked } from '../../../electron/services/rank/write-ranked.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

let folder: string;
let workspace: Workspace;

/** A thousand customers; ranking 1 scores them by their number, except that 998 and 999 tie at the top. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'ranking-'));
  workspace = await openWorkspace(path.join(folder, 'w.instructue'), { create: true });
  await workspace.run(`
    INSERT INTO customers SELECT i, printf('C%04d', i) FROM range(1000) t(i);
    INSERT INTO ranking_scores SELECT 1, i, least(i, 998) / 1000 FROM range(1000) t(i);
    INSERT INTO ranking_scores SELECT 2, i, -i FROM range(1000) t(i);
    INSERT INTO rankings VALUES
      (1, NULL, 'buys mugs', NULL, 'buys towels', 'm', 'cpu', NULL, 1000, 'done', TIMESTAMP '2026-01-01'),
      (2, NULL, 'half done', NULL, NULL, 'm', 'cpu', NULL, 1000, 'running', TIMESTAMP '2026-01-02')`);
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const all = { columns: [], filter: null };

describe('a stored ranking', () => {
  it('is listed once it is done', async () => {
    const rankings = await listRankings(workspace);
    expect(rankings.map(({ question }) => question)).toEqual([{ instruction: 'buys mugs', contrast: 'buys towels' }]);
  });

  it('is paged best first, ties broken by id', async () => {
    const view = new RankingView();
    const { total, rows } = await view.page(workspace, 1, { ...all, offset: 0, limit: 3, search: '' });
    expect(total).toBe(1000);
    expect(rows.map(({ rank, userId }) => [rank, userId])).toEqual([
      [1, 'C0998'],
      [2, 'C0999'],
      [3, 'C0997'],
    ]);
    expect(
      (await view.page(workspace, 1, { ...all, offset: 998, limit: 10, search: '' })).rows.map(({ userId }) => userId),
    ).toEqual(['C0001', 'C0000']);
  });

  it('keeps the rank of the whole in a search, and takes wildcards for letters', async () => {
    const view = new RankingView();
    const found = await view.page(workspace, 1, { ...all, offset: 0, limit: 10, search: 'c050' });
    expect(found.total).toBe(10);
    expect(found.rows[0]).toMatchObject({ userId: 'C0509', rank: 491 });
    expect((await view.page(workspace, 1, { ...all, offset: 0, limit: 10, search: '%' })).total).toBe(0);
  });

  it('shows profile columns, and keeps customers by them', async () => {
    await workspace.run(`
      INSERT INTO source_files VALUES (1, 'profile', 'p.csv', 'p', 'h', 1, 'csv', NULL, NULL, 2, 2, 0, 0, now()::TIMESTAMP);
      INSERT INTO source_columns VALUES (1, 1, 'region', 'text', 'text', '', NULL), (1, 2, 'age', 'number', 'number', '', NULL),
        (1, 3, 'secret', 'ignore', 'text', '', NULL);
      CREATE TABLE rows_1 (user_id VARCHAR, c1 VARCHAR, c2 DOUBLE, c3 VARCHAR);
      INSERT INTO rows_1 SELECT printf('C%04d', i), CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south''s' END, i / 10, 'x'
      FROM range(1000) t(i) WHERE i <> 998`);
    const view = new RankingView();
    const page = { ...all, offset: 0, limit: 2, search: '' };
    expect((await view.page(workspace, 1, { ...page, columns: ['age', 'region'] })).rows).toMatchObject([
      { userId: 'C0998', cells: ['', ''] },
      { userId: 'C0999', cells: ['99.9', "south's"] },
    ]);
    const south = { column: 'region', words: ["south's"] };
    expect(await view.page(workspace, 1, { ...page, filter: south })).toMatchObject({
      total: 500,
      rows: [{ userId: 'C0999' }, { userId: 'C0997' }],
    });
    const young = { column: 'age', from: null, to: 5 };
    expect(await view.page(workspace, 1, { ...page, filter: young })).toMatchObject({
      total: 51,
      rows: [{ userId: 'C0050', rank: 950 }, { userId: 'C0049' }],
    });
    expect(await view.page(workspace, 1, { ...page, search: '5', filter: young })).toMatchObject({ total: 6 });
    await expect(view.page(workspace, 1, { ...page, columns: ['secret'] })).rejects.toMatchObject({
      code: 'column-missing',
    });
    expect(await columnWords(workspace, 'region', 1)).toEqual(["south's"]);
  });

  it('gives way to another one', async () => {
    const view = new RankingView();
    await view.page(workspace, 1, { ...all, offset: 0, limit: 1, search: '' });
    expect((await view.page(workspace, 2, { ...all, offset: 0, limit: 1, search: '' })).rows[0]?.userId).toBe('C0000');
  });

  it('has a distribution that counts every customer', async () => {
    const bins = await new RankingView().distribution(workspace, 1, 20);
    expect(bins).toHaveLength(20);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(bins[0]?.from).toBe(0);
  });

  it('is written as deep as asked, to the formats it knows', async () => {
    const out = path.join(folder, 'out.csv');
    expect(await writeRanked(workspace, 1, { by: 'percent', percent: 0.15 }, out)).toBe(2);
    expect(readFileSync(out, 'utf8').split('\n')[0]).toBe('rank,user_id,score');
    expect(readFileSync(out, 'utf8').split('\n')[1]).toMatch(/^1,C0998,/);
    await writeRanked(workspace, 1, { by: 'count', count: 5000 }, path.join(folder, 'all.parquet'));
    const back = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM '${path.join(folder, 'all.parquet')}'`);
    expect(back?.n).toBe(1000);
    await expect(
      writeRanked(workspace, 1, { by: 'count', count: 1 }, path.join(folder, 'x.xlsx')),
    ).rejects.toBeInstanceOf(AppError);
  });
});
