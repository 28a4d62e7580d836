import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { explainCustomer, strongest, type CustomerWhy } from '../../../electron/services/explain/customer-why.js';
import { Explainer } from '../../../electron/services/explain/explainer.js';
import { scoresWithout } from '../../../electron/services/explain/leave-out.js';
import { readyRanking, type ReadyRanking } from '../../../electron/services/explain/ready-ranking.js';
import { encode } from '../../../electron/services/index/encode.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { readCustomers } from '../../../electron/services/index/read-index.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { scoreBatch } from '../../../electron/services/rank/score.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const CUSTOMERS = 300;
// This customer has five purchases, a region and the summaries of the purchases.
const USER = 'c0104';

describe('why a customer ranks where they do', () => {
  let workspace: Workspace;
  let engine: Engine;
  let ranking: ReadyRanking;
  let why: CustomerWhy;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    ({ workspace } = await tinyWorkspace(CUSTOMERS));
    await prepare(workspace, engine);
    const { rankingId } = await rankInstruction(workspace, engine, {
      instruction: 'customers who would buy garden furniture',
      contrast: 'tea towel',
    });
    ranking = await readyRanking(workspace, engine, rankingId);
    why = await explainCustomer(workspace, engine, ranking, USER);
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
  });

  it('starts from the score and the rank that the ranking has', async () => {
    const stored = await workspace.one<{ rank: number; score: number }>(
      `SELECT rank, score FROM (SELECT user_id, score, row_number() OVER (ORDER BY score DESC, user_id) AS rank
       FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = $1) WHERE user_id = $2`,
      [ranking.rankingId, USER],
    );
    expect(why.rank).toBe(stored!.rank);
    expect(why.score).toBeCloseTo(stored!.score, 6);
    expect(why.customers).toBe(CUSTOMERS + 1);
  });

  it('tells of every event once, of both sources, and of nobody else’s', async () => {
    const own = await workspace.all<{ text: string; n: number }>(
      `SELECT text, n FROM events JOIN strings USING (string) JOIN customers USING (customer) WHERE user_id = $1 ORDER BY text`,
      [USER],
    );
    const told = why.events.map(({ text, n }) => ({ text, n }));
    expect(told.toSorted((a, b) => (a.text < b.text ? -1 : 1))).toEqual(own);
    expect(why.sources.map(({ source }) => source).sort()).toEqual(['profile', 'purchases']);
    expect(why.sources.reduce((sum, { events }) => sum + events, 0)).toBe(own.length);
  });

  it('orders by effect, and gives shares and attention that add up to one', () => {
    const effects = why.events.map(({ effect }) => effect);
    expect(effects).toEqual(effects.toSorted((a, b) => b - a));
    expect(effects[0]).toBeGreaterThan(0);
    expect(why.sources.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(why.events.reduce((sum, { attention }) => sum + attention, 0)).toBeCloseTo(1, 9);
  });

  it('says where the customer would rank without an event', () => {
    for (const { effect, rankWithout } of [...why.events, ...why.sources]) {
      const others = [...ranking.scores];
      others.splice(why.rank - 1, 1);
      expect(rankWithout).toBe(1 + others.filter((score) => score > Math.fround(why.score - effect)).length);
    }
  });

  it('leaves the strongest out at once, as the scorer would', async () => {
    const named = strongest(why.events).spokeFor;
    expect(why.together.events).toBe(named.length);
    const customer = ranking.ranks.indexOf(why.rank);
    const { events: block } = await readCustomers(workspace, [customer], 0);
    const strings = await workspace.all<{ string: number; text: string }>('SELECT string, text FROM strings');
    const own = [...block.string.subarray(0, block.start[1])];
    const positions = named.map(({ text }) => own.indexOf(strings.find((one) => one.text === text)!.string));
    const [score] = await scoresWithout(engine, ranking, block, 0, [positions]);
    expect(why.score - why.together.effect).toBeCloseTo(score!, 6);
    expect(why.together.effect).toBeGreaterThan(named[0]!.effect);
  });

  it('refuses an id that nobody has, and a ranking that is not there', async () => {
    await expect(explainCustomer(workspace, engine, ranking, 'nobody')).rejects.toMatchObject({
      code: 'customer-unknown',
    });
    const explainer = new Explainer(workspace, () => Promise.resolve(engine));
    await expect(explainer.why(99, USER)).rejects.toMatchObject({ code: 'ranking-missing' });
    expect((await explainer.why(ranking.rankingId, USER)).events).toHaveLength(why.events.length);
  });

  it('explains a customer of whom nothing is known by nothing', async () => {
    const idle = await explainCustomer(workspace, engine, ranking, 'idle');
    expect(idle).toMatchObject({ events: [], sources: [] });
    expect(idle.rank).toBeGreaterThan(0);
  });

  // The last two change the workspace.
  it('gives the score that the customer really has once the event is gone', async () => {
    const customer = (await workspace.one<{ customer: number }>('SELECT customer FROM customers WHERE user_id = $1', [
      USER,
    ]))!.customer;
    const before = await readCustomers(workspace, [customer], 0);
    const leftOut = [[0], [2, 3], [before.events.start[1]! - 1]];
    const foretold = await scoresWithout(engine, ranking, before.events, 0, leftOut);
    for (const [at, positions] of leftOut.entries()) {
      const strings = positions.map((position) => before.events.string[position]);
      await workspace.run(`CREATE OR REPLACE TEMP TABLE kept AS FROM events`);
      await workspace.run(`DELETE FROM events WHERE customer = ${customer} AND string IN (${strings.join()})`);
      await workspace.run('DELETE FROM customer_index');
      await encode(workspace, engine);
      const { shape } = engine.model;
      const batch = await readCustomers(workspace, [customer], shape.userTokens * shape.tokenWidth);
      const { scores } = await scoreBatch(engine, ranking.scorer, { first: 0, ...batch });
      expect(scores[0]).toBeCloseTo(foretold[at]!, 5);
      expect(Math.abs(scores[0]! - why.score)).toBeGreaterThan(1e-5);
      await workspace.run('DELETE FROM events; INSERT INTO events FROM kept');
    }
  });

  it('refuses a ranking of other data', async () => {
    await workspace.setMeta('encode_fingerprint', 'changed since');
    await expect(readyRanking(workspace, engine, ranking.rankingId)).rejects.toMatchObject({
      code: 'ranking-outdated',
    });
  });
});
