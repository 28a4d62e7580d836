import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { collectLabels } from '../../../electron/services/evaluate/labels.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { Readout } from '../../../electron/services/rank/readout.js';
import { prepareScorer } from '../../../electron/services/rank/score.js';
import { unattended } from '../../../electron/services/task.js';
import { prepareTuning } from '../../../electron/services/tune/apply.js';
import { examplesFromLabels, type Examples } from '../../../electron/services/tune/examples.js';
import { baseSample, gather } from '../../../electron/services/tune/gather.js';
import { promptScores, trainSoftPrompt } from '../../../electron/services/tune/soft-prompt.js';
import { tuneInstruction } from '../../../electron/services/tune/tune.js';
import { findTuned } from '../../../electron/services/tune/tuned-store.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const CUSTOMERS = 300;
const QUESTION = { instruction: 'customers who would buy garden furniture' };

let workspace: Workspace;
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.load(TINY_MODEL, 'cpu');
  ({ workspace } = await tinyWorkspace(CUSTOMERS));
  await prepare(workspace, engine);
});
afterAll(async () => {
  await engine.release();
  workspace.close();
});

/** Every third customer, labelled by whether it buys a lantern. */
async function lanternExamples(count: number): Promise<Examples> {
  const rows = await workspace.all<{ user_id: string; label: string }>(
    `SELECT user_id, CAST(CAST(bool_or(text LIKE '%lantern%') AS INTEGER) AS VARCHAR) AS label
     FROM events JOIN strings USING (string) JOIN customers USING (customer)
     WHERE customer % 3 = 0 GROUP BY user_id ORDER BY user_id LIMIT ${count}`,
  );
  const labelled = rows.map(({ user_id, label }, at) => ({ row: at + 1, id: user_id, label }));
  return examplesFromLabels(workspace, collectLabels(labelled, 'labels.csv', 'label'));
}

async function trained(count: number) {
  const examples = await lanternExamples(count);
  const scorer = await prepareScorer(workspace, engine, QUESTION);
  const base = baseSample(CUSTOMERS + 1);
  const { gathered, events } = await gather(
    workspace,
    engine,
    scorer,
    { base, chosen: examples.customers },
    unattended,
  );
  const readout = await Readout.of(workspace, engine, scorer.wanted.read, scorer.wanted.scores.facts);
  const given = { events, rows: [...gathered.examples], answers: examples.answers };
  return { given, readout, prompted: await trainSoftPrompt(engine, readout, given, unattended) };
}

describe('a soft prompt', () => {
  it('is the same again for the same examples, and scores other customers by its prototypes', async () => {
    const { given, readout, prompted } = await trained(60);
    expect((await trained(60)).prompted).toEqual(prompted);
    expect(prompted.scores).toHaveLength(given.events.customers);
    expect(prompted.prompt.rows).toHaveLength(6 * readout.asked.hidden.shape[1]!);
    const scores = await promptScores(readout, prompted.prompt, given.events);
    const examples = new Set(given.rows);
    const others = [...scores.keys()].filter((row) => !examples.has(row));
    others.forEach((row) => expect(scores[row]).toBeCloseTo(prompted.scores[row]!, 5));
    // An example's own score is by a prompt that did not see it.
    expect(given.rows.some((row) => Math.abs(scores[row]! - prompted.scores[row]!) > 1e-3)).toBe(true);
    const mean = (wanted: number): number => {
      const rows = given.rows.filter((_, at) => given.answers[at] === wanted);
      return rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
    };
    expect(mean(1)).toBeGreaterThan(mean(0));
  });

  it('ranks by what was stored of it', async () => {
    const examples = await lanternExamples(60);
    const options = { name: 'prompted', keep: 'always' as const, softPrompt: true };
    const { tuned } = await tuneInstruction(workspace, engine, QUESTION, examples, options);
    expect(tuned.promptSteps).toBeGreaterThanOrEqual(0);
    expect(Object.keys(tuned.shares)).toContain('prompt');
    const stored = await findTuned(workspace, 'prompted');
    expect(stored.weights.prompt!.weight).not.toBe(0);
    const tuning = await prepareTuning(workspace, engine, stored);
    const { rankingId } = await rankInstruction(workspace, engine, QUESTION, unattended, tuning);
    const again = await rankInstruction(workspace, engine, QUESTION, unattended, tuning);
    const scoresOf = (id: number) =>
      workspace.all(`SELECT customer, score FROM ranking_scores WHERE ranking_id = ${id} ORDER BY customer`);
    expect(await scoresOf(again.rankingId)).toEqual(await scoresOf(rankingId));
  });

  it('needs some examples of either class', async () => {
    const examples = await lanternExamples(8);
    const tuning = tuneInstruction(workspace, engine, QUESTION, examples, { name: 'few', softPrompt: true });
    await expect(tuning).rejects.toMatchObject({ code: 'soft-prompt-examples' });
  });
});
