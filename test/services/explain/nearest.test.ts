import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { Cancelled } from '../../../electron/services/errors.js';
import { nearestCustomers } from '../../../electron/services/explain/nearest.js';
import { readyRanking, type ReadyRanking } from '../../../electron/services/explain/ready-ranking.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';
import { opened } from '../rank/opened-scorer.js';
import { TINY_MODEL } from '../tiny-workspace.js';

/** Ana and Bea share two rare items, Cem one of them; everybody has bread, Dan nothing else. */
const BASKETS: Record<string, string[]> = {
  ana: ['bread', 'sitar', 'harp'],
  bea: ['bread', 'sitar', 'harp'],
  cem: ['bread', 'sitar', 'tea'],
  dan: ['bread'],
  eve: ['bread', 'tea', 'cup', 'pan'],
};

describe('the customers most like one', () => {
  let folder: string;
  let workspace: Workspace;
  let engine: Engine;
  let ranking: ReadyRanking;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'nearest-'));
    const rows = Object.entries(BASKETS).flatMap(([id, items]) => items.map((item) => `${id},${item}`));
    const file = path.join(folder, 'purchases.csv');
    writeFileSync(file, `user_id,product\n${rows.join('\n')}\n`);
    workspace = await openWorkspace(path.join(folder, 'w.instructue'), { create: true });
    await importFiles(workspace, [{ kind: 'purchases', path: file }]);
    engine = await Engine.load(TINY_MODEL, 'cpu');
    await prepare(workspace, engine);
    const { rankingId } = await rankInstruction(workspace, engine, { instruction: 'people who play music' });
    ranking = await readyRanking(workspace, engine, rankingId);
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The ranking with its learned path closed, as the shipped model has it. */
  const closed = () => ({ ...ranking, scorer: { ...ranking.scorer, gate: 0, readout: undefined } });

  it('share the rarest events, where the learned path is closed', async () => {
    const { by, customers } = await nearestCustomers(workspace, engine, closed(), 'ana', 2);
    expect(by).toBe('events');
    expect(customers.map(({ userId }) => userId)).toEqual(['bea', 'cem']);
    expect(customers[0]!.likeness).toBeCloseTo(1, 9);
    // Only the two of them have it; all else that they share, Cem has too.
    expect(customers[0]!.shared[0]).toBe('product: harp');
    expect(customers[0]!.shared).not.toContain('product: bread');
    expect(customers[1]!.likeness).toBeLessThan(1);
  });

  it('have the nearest user embeddings, where it is open', async () => {
    const open = { ...ranking, scorer: await opened(workspace, engine, ranking.scorer) };
    const { by, customers } = await nearestCustomers(workspace, engine, open, 'ana', 4);
    expect(by).toBe('embedding');
    // Who has the same events has the same embedding.
    expect(customers[0]).toMatchObject({ userId: 'bea' });
    expect(customers[0]!.likeness).toBeCloseTo(1, 5);
    const likeness = customers.map((one) => one.likeness);
    expect(likeness).toEqual(likeness.toSorted((a, b) => b - a));
    expect(customers.some(({ userId }) => userId === 'ana')).toBe(false);
    for (const { rank, score } of customers) expect(ranking.scores[rank - 1]).toBe(score);
  });

  it('can be cancelled', async () => {
    const task = { signal: AbortSignal.abort(), progress: () => undefined };
    await expect(nearestCustomers(workspace, engine, ranking, 'ana', 2, task)).rejects.toBeInstanceOf(Cancelled);
  });
});
