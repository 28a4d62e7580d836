import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { Explainer } from '../../../electron/services/explain/explainer.js';
import { readyRanking, type ReadyRanking } from '../../../electron/services/explain/ready-ranking.js';
import { rankingStability, resampled } from '../../../electron/services/explain/resampled.js';
import { Draws } from '../../../electron/services/fit/draws.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { readCustomers } from '../../../electron/services/index/read-index.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { scoreBatch } from '../../../electron/services/rank/score.js';
import { unattended } from '../../../electron/services/task.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const CUSTOMERS = 300;

describe('a ranking under events drawn anew', () => {
  let workspace: Workspace;
  let engine: Engine;
  let ranking: ReadyRanking;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    ({ workspace } = await tinyWorkspace(CUSTOMERS));
    await prepare(workspace, engine);
    const { rankingId } = await rankInstruction(workspace, engine, { instruction: 'customers who buy tea towels' });
    ranking = await readyRanking(workspace, engine, rankingId);
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
  });

  it('draws for every customer as many events, of their own alone', async () => {
    const { events } = await readCustomers(workspace, [0, 1, 2, 50, 120], 0);
    const drawn = resampled(events, new Draws(1, 0));
    let changed = 0;
    for (let customer = 0; customer < events.customers; customer++) {
      const own = new Map<number, number>();
      for (let at = events.start[customer]!; at < events.start[customer + 1]!; at++)
        own.set(events.string[at]!, events.n[at]!);
      let times = 0;
      for (let at = drawn.start[customer]!; at < drawn.start[customer + 1]!; at++) {
        const rows = own.get(drawn.string[at]!)!;
        expect(drawn.n[at]! % rows).toBe(0);
        times += drawn.n[at]! / rows;
      }
      expect(times).toBe(events.start[customer + 1]! - events.start[customer]!);
      if (drawn.start[customer + 1]! - drawn.start[customer]! < own.size) changed++;
    }
    expect(changed).toBeGreaterThan(2);
  });

  it('tells the same every time, and something between chance and certainty', async () => {
    const stability = await rankingStability(workspace, engine, ranking);
    expect(stability).toMatchObject({ customers: ranking.ranks.length, resamples: 10 });
    const { mean, low, high } = stability.correlation;
    expect(low <= mean && mean <= high).toBe(true);
    expect(low).toBeGreaterThan(0.1);
    expect(high).toBeLessThan(1);
    expect(stability.overlaps.map(({ percent }) => percent)).toEqual([1, 5, 10, 20]);
    for (const { kept } of stability.overlaps) expect(kept.low >= 0 && kept.high <= 1).toBe(true);
    const explainer = new Explainer(workspace, () => Promise.resolve(engine));
    expect(await explainer.stability(ranking.rankingId)).toEqual(stability);
  });

  it('is certain where events say the same however they are drawn', async () => {
    // Customers with one event each keep it.
    const numbers: number[] = [];
    for (let number = 0; number < 40; number++) numbers.push(number);
    const { events } = await readCustomers(workspace, numbers, 0);
    const single = { ...events, start: Uint32Array.from({ length: 41 }, (_, at) => at) };
    const drawn = resampled(single, new Draws(5, 3));
    const [before, after] = [
      await scoreBatch(engine, ranking.scorer, { first: 0, events: single }),
      await scoreBatch(engine, ranking.scorer, { first: 0, events: drawn }),
    ];
    expect([...after.scores]).toEqual([...before.scores]);
  });

  it('can be stopped', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      rankingStability(workspace, engine, ranking, { ...unattended, signal: controller.signal }),
    ).rejects.toMatchObject({ name: 'Cancelled' });
  });
});
