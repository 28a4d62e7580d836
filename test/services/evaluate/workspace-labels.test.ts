import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateStored, labelNames } from '../../../electron/services/evaluate/workspace-labels.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { makeFixture, storeScores, type Fixture } from '../audience/workspace-fixture.js';

const CUSTOMERS = 400;

describe('stored rankings and imported outcomes', () => {
  let fixture: Fixture;
  let rankings: number[];

  beforeAll(async () => {
    fixture = await makeFixture(CUSTOMERS);
    const { folder, workspace, ids } = fixture;
    rankings = [await storeScores(workspace, 'tea', CUSTOMERS), await storeScores(workspace, 'coffee', CUSTOMERS)];
    // The first ranking's best quarter bought; one in eight of the rest did.
    const best = await workspace.all<{ id: string }>(
      `SELECT user_id AS id FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = $1
       ORDER BY score DESC, user_id LIMIT 100`,
      [rankings[0]!],
    );
    const bought = new Set(best.map(({ id }) => id));
    const path = join(folder, 'labels.csv');
    writeFileSync(
      path,
      `user_id,bought\n${ids.map((id, at) => `${id},${bought.has(id) || at % 8 === 0 ? 1 : 0}\n`).join('')}`,
    );
    await importFiles(workspace, [{ kind: 'labels', path }]);
  });
  afterAll(() => {
    fixture.workspace.close();
    rmSync(fixture.folder, { recursive: true, force: true });
  });

  it('evaluates them in the order given, the activity count last, at the same cuts', async () => {
    expect(await labelNames(fixture.workspace)).toEqual(['bought']);
    const { rankings: measured, examplesLeftOut } = await evaluateStored(fixture.workspace, rankings, 'bought');
    expect(measured.map(({ name }) => name)).toEqual(['tea', 'coffee', 'activity count']);
    expect(examplesLeftOut).toBe(0);
    const [tea, coffee, activity] = measured;
    expect(tea!.metrics.auc.low).toBeGreaterThan(coffee!.metrics.auc.high);
    // Nobody has events, so that the count tells nobody from anybody.
    expect(activity!.metrics.auc.value).toBe(0.5);
    expect(tea!.gains.map(({ count }) => count)).toEqual(coffee!.gains.map(({ count }) => count));
    expect(tea!.gains.find(({ count }) => count === 100)).toMatchObject({ positives: 100, precision: { value: 1 } });
    expect(tea!.deciles.reduce((sum, { customers }) => sum + customers, 0)).toBe(CUSTOMERS);
  });

  it('scores nobody who taught one of the rankings', async () => {
    const { workspace, ids } = fixture;
    const tuned = await storeScores(workspace, 'tuned tea', CUSTOMERS);
    await workspace.run(`UPDATE rankings SET instruction_id = 7 WHERE id = ${tuned}`);
    await workspace.run(
      `INSERT INTO tuned_examples VALUES ${ids
        .slice(0, 30)
        .map((id) => `(7, '${id}', 1)`)
        .join(', ')}, (7, 'nobody', 0)`,
    );
    const { rankings: measured, examplesLeftOut } = await evaluateStored(workspace, [rankings[0]!, tuned], 'bought');
    expect(examplesLeftOut).toBe(30);
    expect(measured.map(({ metrics }) => metrics.customers)).toEqual(Array<number>(3).fill(CUSTOMERS - 30));
    // The ranking alone was not taught by them.
    expect((await evaluateStored(workspace, [rankings[0]!], 'bought')).examplesLeftOut).toBe(0);
    await workspace.run(`INSERT INTO tuned_examples SELECT 7, user_id, NULL FROM customers`);
    await expect(evaluateStored(workspace, [tuned], 'bought')).rejects.toMatchObject({ code: 'labels-examples' });
  });

  it('says that there are no such labels, or no such ranking', async () => {
    await expect(evaluateStored(fixture.workspace, rankings, 'sold')).rejects.toMatchObject({ code: 'labels-missing' });
    await expect(evaluateStored(fixture.workspace, [99], 'bought')).rejects.toMatchObject({ code: 'ranking-missing' });
  });
});
