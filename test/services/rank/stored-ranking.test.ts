import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/services/errors.js';
import { listRankings } from '../../../electron/services/rank/list-rankings.js';
import { RankingView } from '../../../electron/services/rank/ranking-view.js';
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

describe('a stored ranking', () => {
  it('is listed once it is done', async () => {
    const rankings = await listRankings(workspace);
    expect(rankings.map(({ question }) => question)).toEqual([{ instruction: 'buys mugs', contrast: 'buys towels' }]);
  });

  it('is paged best first, ties broken by id', async () => {
    const view = new RankingView();
    const { total, rows } = await view.page(workspace, 1, 0, 3, '');
    expect(total).toBe(1000);
    expect(rows.map(({ rank, userId }) => [rank, userId])).toEqual([
      [1, 'C0998'],
      [2, 'C0999'],
      [3, 'C0997'],
    ]);
    expect((await view.page(workspace, 1, 998, 10, '')).rows.map(({ userId }) => userId)).toEqual(['C0001', 'C0000']);
  });

  it('keeps the rank of the whole in a search, and takes wildcards for letters', async () => {
    const view = new RankingView();
    const found = await view.page(workspace, 1, 0, 10, 'c050');
    expect(found.total).toBe(10);
    expect(found.rows[0]).toMatchObject({ userId: 'C0509', rank: 491 });
    expect((await view.page(workspace, 1, 0, 10, '%')).total).toBe(0);
  });

  it('gives way to another one', async () => {
    const view = new RankingView();
    await view.page(workspace, 1, 0, 1, '');
    expect((await view.page(workspace, 2, 0, 1, '')).rows[0]?.userId).toBe('C0000');
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
