import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { answerCustomer, examplesFromAnswers, readAnswers } from '../../../electron/services/tune/answers.js';
import { examplesFromLabels } from '../../../electron/services/tune/examples.js';
import { strongestFacts } from '../../../electron/services/tune/facts.js';
import { groundsOfAnswers, groundsOfVersion, suggestCustomers } from '../../../electron/services/tune/suggest.js';
import { tuneInstruction } from '../../../electron/services/tune/tune.js';
import { tunedExamples } from '../../../electron/services/tune/tuned-store.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';
import { failure, id, labelsOf, QUESTION } from './lanterns.js';

let workspace: Workspace;
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.load(TINY_MODEL, 'cpu');
  ({ workspace } = await tinyWorkspace(600));
  await prepare(workspace, engine);
});
afterAll(async () => {
  await engine.release();
  workspace.close();
});

describe('answers', () => {
  const question = { instruction: 'customers who would buy lanterns' };

  it('are kept per instruction, replaced and taken back, and tune when there are enough', async () => {
    await answerCustomer(workspace, question, id(0), 1);
    await answerCustomer(workspace, question, id(0), 0);
    await answerCustomer(workspace, question, id(1), 1);
    await answerCustomer(workspace, question, id(2), 1);
    await answerCustomer(workspace, question, id(2), null);
    expect(await readAnswers(workspace, question)).toEqual([
      { userId: id(0), label: 0 },
      { userId: id(1), label: 1 },
    ]);
    expect(await readAnswers(workspace, QUESTION)).toEqual([]);
    expect((await failure(examplesFromAnswers(workspace, question))).code).toBe('examples-few');
    await answerCustomer(workspace, question, id(3), 0);
    await answerCustomer(workspace, question, id(4), 1);
    expect((await examplesFromAnswers(workspace, question)).counts).toMatchObject({ positives: 2, negatives: 2 });
  });

  it('are not asked for again', async () => {
    const suggestions = await suggestCustomers(workspace, engine, await groundsOfAnswers(workspace, question), 5);
    const answered = new Set((await readAnswers(workspace, question)).map(({ userId }) => userId));
    expect(suggestions).toHaveLength(5);
    expect(suggestions.some(({ userId }) => answered.has(userId))).toBe(false);
    const facts = await strongestFacts(
      workspace,
      suggestions.map(({ userId }) => userId),
    );
    // Nothing is known of one customer of the tiny workspace.
    expect(facts.size).toBe(suggestions.filter(({ userId }) => userId !== 'idle').length);
    for (const told of facts.values()) expect(told.length).toBeLessThanOrEqual(8);
  });
});

describe('suggestions', () => {
  it('are new customers, unlike each other, the same every time', async () => {
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 60));
    const { tuned } = await tuneInstruction(workspace, engine, QUESTION, examples, {
      name: 'lanterns',
      keep: 'always',
    });
    const grounds = await groundsOfVersion(workspace, tuned);
    const first = await suggestCustomers(workspace, engine, grounds, 10);
    expect(first).toHaveLength(10);
    expect(new Set(first.map(({ userId }) => userId)).size).toBe(10);
    const known = new Set((await tunedExamples(workspace, tuned.id)).map(({ userId }) => userId));
    expect(first.some(({ userId }) => known.has(userId))).toBe(false);
    expect(first[0]!.worth).toBe(1);
    for (let at = 1; at < first.length; at++) expect(first[at]!.worth).toBeLessThanOrEqual(first[at - 1]!.worth);
    expect(await suggestCustomers(workspace, engine, grounds, 10)).toEqual(first);
  });
});
