import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRankings, largestMoves } from '../../../electron/services/rank/compare.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

describe('rankings compared', () => {
  let folder: string;
  let workspace: Workspace;

  /** A hundred customers; ranking 2 is ranking 1 with the best and the last exchanged, ranking 3 its reverse. */
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'compare-'));
    workspace = await openWorkspace(path.join(folder, 'w.instructue'), { create: true });
    await workspace.run(`
      INSERT INTO customers SELECT i, printf('C%02d', i) FROM range(100) t(i);
      INSERT INTO ranking_scores SELECT 1, i, 100 - i FROM range(100) t(i);
      INSERT INTO ranking_scores SELECT 2, i, CASE i WHEN 0 THEN 1 WHEN 99 THEN 100 ELSE 100 - i END FROM range(100) t(i);
      INSERT INTO ranking_scores SELECT 3, i, i FROM range(100) t(i);
      INSERT INTO rankings SELECT i, NULL, 'q', NULL, NULL, 'm', 'cpu', NULL, 100, 'done', TIMESTAMP '2026-01-01'
      FROM range(1, 4) t(i)`);
  });
  afterAll(() => {
    workspace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('overlap in the part of the best that they share', async () => {
    const { overlap, correlation } = await compareRankings(workspace, [1, 2, 3], 10);
    expect(overlap).toEqual([
      [1, 0.9, 0],
      [0.9, 1, 0.1],
      [0, 0.1, 1],
    ]);
    // Spearman: 1 - 6 Σd² / n(n²-1), with two customers 99 places off.
    expect(correlation[0]![1]).toBeCloseTo(1 - (6 * 2 * 99 ** 2) / (100 * (100 ** 2 - 1)), 12);
    expect(correlation[0]![2]).toBeCloseTo(-1, 12);
  });

  it('tell who moves furthest among the best of either', async () => {
    expect(await largestMoves(workspace, 1, 2, 10, 3)).toEqual([
      { userId: 'C00', from: 1, to: 100 },
      { userId: 'C99', from: 100, to: 1 },
      { userId: 'C01', from: 2, to: 2 },
    ]);
  });

  it('must exist', async () => {
    await expect(compareRankings(workspace, [1, 9], 10)).rejects.toMatchObject({ code: 'ranking-missing' });
    await expect(largestMoves(workspace, 9, 1, 10, 3)).rejects.toMatchObject({ code: 'ranking-missing' });
  });
});
