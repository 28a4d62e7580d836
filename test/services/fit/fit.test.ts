import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compose, type Services } from '../../../electron/composition.js';
import {
  deleteFit,
  listFits,
  restoreFit,
  useFit,
  type FitPlan,
  type FitVersion,
} from '../../../electron/services/fit/fit-versions.js';
import { openingOf } from '../../../electron/services/fit/judge.js';
import { GATES } from '../../../electron/services/rank/embedding.js';
import { listRankings } from '../../../electron/services/rank/list-rankings.js';
import { Cancelled } from '../../../electron/services/errors.js';
import { unattended } from '../../../electron/services/task.js';
import { TINY_MODEL } from '../tiny-workspace.js';

const folder = mkdtempSync(join(tmpdir(), 'fit-'));
const QUICK = { steps: 6, questions: 24, judging: 16, device: 'cpu' };
const opened: Services[] = [];

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => opened.splice(0).forEach((services) => services.close()));

async function openSample(name: string): Promise<Services> {
  const services = await compose(join(folder, name), { create: true, models: TINY_MODEL });
  opened.push(services);
  return services;
}

/** A copy of the workspace that was prepared and fitted. */
function sample(name: string): Promise<Services> {
  copyFileSync(join(folder, 'whole.instructue'), join(folder, name));
  return openSample(name);
}

describe('a fit', () => {
  let whole: FitVersion;

  beforeAll(async () => {
    const services = await openSample('whole.instructue');
    const orders = gunzipSync(readFileSync('sample/transactions.csv.gz')).toString().split('\n');
    writeFileSync(join(folder, 'orders.csv'), orders.slice(0, 15_001).join('\n'));
    await services.importFiles([{ kind: 'purchases', path: join(folder, 'orders.csv') }]);
    whole = await services.fit(QUICK);
    opened.splice(0).forEach((one) => one.close());
  }, 120_000);

  it('learns, is judged by held-back customers, and is listed, used, deleted and restored', async () => {
    expect(whole).toMatchObject({ step: 6, plan: { steps: 6 } });
    expect(whole.verdict!.auc).toHaveLength(GATES.length);
    expect(whole.curve.at(-1)!.step).toBe(6);
    expect(whole.curve.at(-1)!.loss).toBeGreaterThan(0);
    expect(whole.plan.heldBack).toBeGreaterThan(50);
    const services = await sample('used.instructue');
    await useFit(services.workspace, whole.id, services.modelHash());
    const asked = { instruction: 'customers who would buy candles' };
    const [fitted, shipped] = [await services.rank(asked), await services.rank(asked, { fit: 'none' })];
    expect(await listRankings(services.workspace)).toMatchObject([
      { rankingId: shipped.rankingId, fit: null },
      { rankingId: fitted.rankingId, fit: whole.id },
    ]);
    const [best] = await services.workspace.all<{ user_id: string }>(
      `SELECT user_id FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = ${fitted.rankingId} LIMIT 1`,
    );
    // Whatever is in use now, a ranking is explained by the fit that made it.
    await useFit(services.workspace, undefined, services.modelHash());
    await expect(services.explainer().why(fitted.rankingId, best!.user_id)).resolves.toBeDefined();
    await expect(services.explainer().why(shipped.rankingId, best!.user_id)).resolves.toBeDefined();
    await deleteFit(services.workspace, whole.id);
    expect(await listFits(services.workspace, services.modelHash())).toEqual([]);
    await expect(services.rank(asked, { fit: whole.id })).rejects.toMatchObject({ code: 'fit-missing' });
    await restoreFit(services.workspace, whole.id);
    expect(await listFits(services.workspace, services.modelHash())).toMatchObject([{ id: whole.id, current: false }]);
  }, 120_000);

  it('goes on after a stop and ends as if it had not been stopped', async () => {
    const services = await sample('stopped.instructue');
    const stop = new AbortController();
    const progress = ({ stage, done }: { stage: string; done: number }): void => {
      if (stage === 'learn' && done === 3) stop.abort();
    };
    await expect(services.fit(QUICK, { signal: stop.signal, progress })).rejects.toThrow(Cancelled);
    expect((await listFits(services.workspace, services.modelHash()))[0]).toMatchObject({
      id: 2,
      state: 'running',
      step: 4,
    });
    const told: number[] = [];
    const resumed = (id: number, step: number, plan: FitPlan) => told.push(id, step, plan.seed);
    const fit = await services.fit({ device: 'cpu', seed: 5, resumed }, unattended);
    expect(told).toEqual([2, 4, 1]);
    expect(fit).toMatchObject({ id: 2, step: 6 });
    expect(fit.verdict!.auc.map((auc) => auc.toFixed(4))).toEqual(whole.verdict!.auc.map((auc) => auc.toFixed(4)));
  }, 120_000);

  it('says so where too little can be asked', async () => {
    const services = await openSample('small.instructue');
    const file = join(folder, 'few.csv');
    writeFileSync(file, `id,colour\n${Array.from({ length: 9 }, (_, i) => `u${i},red`).join('\n')}\n`);
    await services.importFiles([{ kind: 'profile', path: file }]);
    await expect(services.fit({ steps: 2, device: 'cpu' })).rejects.toMatchObject({
      code: 'fit-too-small',
      message: expect.stringContaining('Only 9 customers') as string,
      remedy: expect.stringContaining('with 600') as string,
    });
  });
});

describe('the verdict', () => {
  const rows = (gain: (question: number) => number) =>
    Array.from({ length: 20 }, (_, question) => GATES.map((gate) => 0.6 + (gate > 0 ? gain(question) : 0)));

  it('opens the gate no further than it helps', () => {
    expect(openingOf(rows((question) => 0.05 + 0.01 * (question % 2)))).toMatchObject({ gate: GATES[1] });
  });

  it('keeps it shut where the gain is within chance, or a loss', () => {
    expect(openingOf(rows((question) => (question % 2 ? 0.1 : -0.095))).gate).toBe(0);
    expect(openingOf(rows(() => -0.02)).gate).toBe(0);
  });
});
