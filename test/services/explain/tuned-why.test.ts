import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { collectLabels } from '../../../electron/services/evaluate/labels.js';
import { Explainer } from '../../../electron/services/explain/explainer.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { unattended } from '../../../electron/services/task.js';
import { prepareTuning } from '../../../electron/services/tune/apply.js';
import { examplesFromLabels } from '../../../electron/services/tune/examples.js';
import { tuneInstruction } from '../../../electron/services/tune/tune.js';
import { findTuned } from '../../../electron/services/tune/tuned-store.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const QUESTION = { instruction: 'customers who would buy garden furniture' };

describe('why, under a tuned instruction', () => {
  let workspace: Workspace;
  let folder: string;
  let engine: Engine;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    ({ workspace, folder } = await tinyWorkspace(400));
    await prepare(workspace, engine);
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is what the examples taught', async () => {
    const buyers = await workspace.all<{ id: string; bought: boolean }>(
      `SELECT user_id AS id, bool_or(text LIKE '%lantern%') AS bought
       FROM events JOIN strings USING (string) JOIN customers USING (customer) GROUP BY id ORDER BY id`,
    );
    const rows = buyers.slice(0, 80).map(({ id, bought }, at) => ({ row: at + 1, id, label: bought ? '1' : '0' }));
    const examples = await examplesFromLabels(workspace, collectLabels(rows, 'labels.csv', 'label'));
    await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'lanterns' });
    const tuning = await prepareTuning(workspace, engine, await findTuned(workspace, 'lanterns'));
    const { rankingId } = await rankInstruction(workspace, engine, QUESTION, unattended, tuning);
    const best = await workspace.one<{ id: string; score: number }>(
      `SELECT user_id AS id, score FROM ranking_scores JOIN customers USING (customer)
       WHERE ranking_id = ${rankingId} ORDER BY score DESC, id LIMIT 1`,
    );
    const explainer = () => new Explainer(workspace, () => Promise.resolve(engine));
    const why = await explainer().why(rankingId, best!.id);
    expect(why.rank).toBe(1);
    expect(why.score).toBeCloseTo(best!.score, 5);
    expect(why.events[0]!.text).toContain('lantern');
    expect(why.together.rankWithout).toBeGreaterThan(1);

    await workspace.run('DELETE FROM instructions');
    await expect(explainer().why(rankingId, best!.id)).rejects.toMatchObject({ code: 'tuned-missing' });
  });
});
