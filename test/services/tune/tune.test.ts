import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { collectLabels } from '../../../electron/services/evaluate/labels.js';
import { protectCell } from '../../../electron/services/import/protected-cell.js';
import { removeFile, restoreFile } from '../../../electron/services/import/remove-file.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { saveSegment } from '../../../electron/services/map/segment.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { prepareScorer } from '../../../electron/services/rank/score.js';
import { unattended } from '../../../electron/services/task.js';
import { prepareTuning } from '../../../electron/services/tune/apply.js';
import { makeDesign } from '../../../electron/services/tune/design.js';
import {
  examplesFromLabels,
  examplesFromPasted,
  examplesFromSeeds,
  examplesFromSegment,
} from '../../../electron/services/tune/examples.js';
import { gather } from '../../../electron/services/tune/gather.js';
import { learn } from '../../../electron/services/tune/learn.js';
import { linearOf, scoresOf } from '../../../electron/services/tune/linear.js';
import { tuneInstruction } from '../../../electron/services/tune/tune.js';
import { findTuned, listTuned, tunedExamples } from '../../../electron/services/tune/tuned-store.js';
import { warningsOf } from '../../../electron/services/tune/warnings.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';
import { failure, id, labelsOf, owners, QUESTION } from './lanterns.js';

const CUSTOMERS = 600;

let workspace: Workspace;
let folder: string;
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.load(TINY_MODEL, 'cpu');
  ({ workspace, folder } = await tinyWorkspace(CUSTOMERS));
  await prepare(workspace, engine);
});
afterAll(async () => {
  await engine.release();
  workspace.close();
});

describe('tuning by labels', () => {
  it('learns what the instruction leaves open, for customers it never saw', async () => {
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 64));
    const { tuned, verdict } = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'lanterns' });
    expect(verdict).toBe('helps');
    expect(tuned).toMatchObject({ name: 'lanterns', version: 1, inUse: true, kind: 'labels' });
    expect(tuned.counts.positives + tuned.counts.negatives).toBe(64);
    expect(tuned.after.value).toBeGreaterThan(0.9);
    expect(tuned.gains.after.at(-1)).toEqual({ share: 1, recall: 1 });
    expect(tuned.gains.after[9]!.recall).toBeGreaterThan(tuned.gains.before[9]!.recall);

    const found = await findTuned(workspace, 'lanterns');
    const tuning = await prepareTuning(workspace, engine, found);
    const { rankingId } = await rankInstruction(workspace, engine, QUESTION, unattended, tuning);
    const taught = new Set(examples.userIds);
    const own = await owners(workspace);
    const ranked = await workspace.all<{ user_id: string }>(
      `SELECT user_id FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = ${rankingId} ORDER BY score DESC`,
    );
    const best = ranked.filter(({ user_id }) => !taught.has(user_id)).slice(0, 50);
    expect(best.filter(({ user_id }) => own.has(user_id)).length).toBeGreaterThanOrEqual(48);
    const stored = await workspace.one<{ instruction_id: number }>(
      `SELECT instruction_id FROM rankings WHERE id = ${rankingId}`,
    );
    expect(stored?.instruction_id).toBe(tuned.id);
  });

  it('gives the same weights again, as another version, with the examples on record', async () => {
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 64));
    const { tuned } = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'lanterns' });
    expect(tuned.version).toBe(2);
    const [first, second] = await Promise.all([findTuned(workspace, 'lanterns@1'), findTuned(workspace, 'lanterns')]);
    expect(second.version).toBe(2);
    expect(second.weights).toEqual(first.weights);
    expect((await listTuned(workspace)).map(({ version }) => version)).toEqual([2, 1]);
    const recorded = await tunedExamples(workspace, tuned.id);
    expect(recorded.filter(({ label }) => label === 1)).toHaveLength(tuned.counts.positives);
  });

  it('scores customers one by one as the fitted mixture does', async () => {
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 40));
    const { tuned } = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'same', keep: 'always' });
    const scorer = await prepareScorer(workspace, engine, QUESTION);
    const everybody = Array.from({ length: CUSTOMERS + 1 }, (_, customer) => customer);
    const { gathered } = await gather(
      workspace,
      engine,
      scorer,
      { base: everybody, chosen: examples.customers },
      unattended,
    );
    const design = makeDesign(gathered);
    const expected = scoresOf(linearOf(design, learn(design, examples, unattended).weights), gathered);
    const tuning = await prepareTuning(workspace, engine, await findTuned(workspace, tuned.name));
    const { rankingId } = await rankInstruction(workspace, engine, QUESTION, unattended, tuning);
    const scores = await workspace.all<{ score: number }>(
      `SELECT score FROM ranking_scores WHERE ranking_id = ${rankingId} ORDER BY customer`,
    );
    scores.forEach(({ score }, customer) => expect(score).toBeCloseTo(expected[customer]!, 4));
  });

  it('leans on the untuned score, unless sixteen examples contradict it', async () => {
    const scorer = await prepareScorer(workspace, engine, QUESTION);
    const chosen = Array.from({ length: 16 }, (_, i) => i * 30);
    const everybody = Array.from({ length: CUSTOMERS }, (_, customer) => customer);
    const { gathered } = await gather(workspace, engine, scorer, { base: everybody, chosen }, unattended);
    const design = makeDesign(gathered);
    const middle = [...design.prior].sort((a, b) => a - b)[8]!;
    const slopeOf = (answers: (0 | 1)[]): number => learn(design, { answers, doubt: 0 }, unattended).weights.slope;
    const highest = Array.from(design.prior, (value) => (value >= middle ? 1 : 0));
    // The slopes that are believed in before any example are .15 and .45.
    expect(slopeOf(highest)).toBeGreaterThan(0.45);
    expect(slopeOf(highest.map((answer) => (answer === 1 ? 0 : 1)))).toBeLessThan(0.15);
  });

  it('learns little where there is nothing to learn', async () => {
    const noise = (one: string): boolean =>
      [...one].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 97, 7) % 2 === 0;
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 100, noise));
    const { tuned } = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'noise' });
    expect(tuned.after.low).toBeLessThan(0.5);
    expect(tuned.shares['strings']).toBeLessThan(0.5);
  });

  it('leaves the ranking as it was when cross-validation speaks against the examples, unless told to', async () => {
    const { rankingId } = await rankInstruction(workspace, engine, QUESTION);
    const rows = await workspace.all<{ user_id: string }>(
      `SELECT user_id FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = ${rankingId} ORDER BY score DESC`,
    );
    const ids = rows.map(({ user_id }) => user_id);
    const top = new Set(ids.slice(0, 150));
    const chosen = ids.filter((_, at) => at % 12 === 0);
    const labels = collectLabels(
      chosen.map((one, i) => ({ row: i + 1, id: one, label: top.has(one) ? '1' : '0' })),
      'labels.csv',
      'label',
    );
    const examples = await examplesFromLabels(workspace, labels);
    const auto = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'top' });
    const always = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'top', keep: 'always' });
    expect(auto.tuned.inUse).toBe(auto.verdict !== 'harms');
    expect(always.tuned.inUse).toBe(true);
    expect(auto.tuned.before.value).toBeCloseTo(1, 9);
  });
});

describe('tuning by seeds', () => {
  it('finds customers like the seeds, with the rest of the base as unlabelled', async () => {
    const own = [...(await owners(workspace))];
    const file = join(folder, 'seeds.csv');
    writeFileSync(file, `${own.slice(0, 30).join('\n')}\nnobody\n`);
    const examples = await examplesFromSeeds(workspace, file);
    expect(examples.counts).toMatchObject({ positives: 30, negatives: 0, unlabelled: 200, unknown: 1 });
    expect(examples.doubt).toBeGreaterThanOrEqual(0.1);
    const { tuned } = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'seeds', keep: 'always' });
    const tuning = await prepareTuning(workspace, engine, await findTuned(workspace, 'seeds'));
    const { rankingId } = await rankInstruction(workspace, engine, tuned.question, unattended, tuning);
    const seeds = new Set(own.slice(0, 30));
    const ranked = await workspace.all<{ user_id: string }>(
      `SELECT user_id FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = ${rankingId} ORDER BY score DESC`,
    );
    const best = ranked.filter(({ user_id }) => !seeds.has(user_id)).slice(0, 40);
    const all = new Set(own);
    expect(best.filter(({ user_id }) => all.has(user_id)).length).toBeGreaterThanOrEqual(36);
  });

  it('takes the customers of a segment by its number, while it is there', async () => {
    const { fileId } = await saveSegment(
      workspace,
      'chosen',
      Uint32Array.from({ length: 40 }, (_, at) => at * 5),
    );
    await saveSegment(workspace, 'another', Uint32Array.of(1, 2, 3, 4));
    const { kind, counts, userIds, answers } = await examplesFromSegment(workspace, fileId);
    expect([kind, counts.positives, counts.unknown, counts.leftOut]).toEqual(['seeds', 40, 0, 0]);
    const fitting = userIds.filter((_, at) => answers[at] === 1);
    expect(fitting.toSorted()).toEqual(Array.from({ length: 40 }, (_, at) => id(at * 5)));
    await removeFile(workspace, fileId);
    await expect(examplesFromSegment(workspace, fileId)).rejects.toMatchObject({ code: 'segment-missing' });
    await restoreFile(workspace, fileId);
    expect((await examplesFromSegment(workspace, fileId)).counts.positives).toBe(40);
  });

  it('finds pasted ids that an export protected from spreadsheets', async () => {
    const renamed = Array.from({ length: 5 }, (_, i) => id(i));
    const names = renamed.map((one) => `'${one}'`).join(', ');
    await workspace.run(`UPDATE customers SET user_id = '-' || user_id WHERE user_id IN (${names})`);
    const pasted = renamed.map((one) => protectCell(`-${one}`));
    expect(pasted[0]).toBe(`'-${renamed[0]!}`);
    const { counts, userIds } = await examplesFromPasted(workspace, pasted);
    expect(counts).toMatchObject({ positives: 5, unknown: 0 });
    expect(userIds).toEqual(expect.arrayContaining(renamed.map((one) => `-${one}`)));
    await workspace.run(`UPDATE customers SET user_id = substr(user_id, 2) WHERE user_id LIKE '-%'`);
  });
});

describe('what is wrong with examples is told', () => {
  it('seeds beside labels are refused, and other columns ignored aloud', async () => {
    const file = join(folder, 'labelled-seeds.csv');
    const rows = Array.from({ length: 8 }, (_, i) => [id(i), i % 2 ? 'yes' : 'no', 'note']);
    writeFileSync(file, ['Kunde,won,remark', ...rows.map((row) => row.join(','))].join('\n'));
    const error = await failure(examplesFromSeeds(workspace, file));
    expect(error).toMatchObject({
      code: 'seeds-labelled',
      remedy: expect.stringContaining('--label won') as string,
    });
    writeFileSync(file, ['Kunde,won,remark', ...rows.map(([one]) => `${one},yes,note`)].join('\n'));
    const examples = await examplesFromSeeds(workspace, file);
    expect(examples.counts).toMatchObject({ positives: 8, ignored: ['won', 'remark'] });
    expect(warningsOf(examples)).toEqual(['ignored in the file of seeds: won, remark']);
  });

  it('so few of a class that cross-validation tells nothing', async () => {
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 21, (one) => one === id(30)));
    const { verdict, warnings } = await tuneInstruction(workspace, engine, QUESTION, examples, { name: 'one' });
    expect(verdict).not.toBe('helps');
    expect(warnings).toEqual([expect.stringContaining('only 1 with the target')]);
  });

  it('mostly ids of nobody', async () => {
    const examples = await examplesFromLabels(workspace, await labelsOf(workspace, 8, (one) => one < id(12)));
    const counts = { ...examples.counts, unknown: 9 };
    expect(warningsOf({ ...examples, counts })).toEqual([expect.stringContaining('9 of 17 ids are of no customer')]);
    expect(warningsOf(examples)).toEqual([]);
  });

  it('too few, unknown, one class', async () => {
    const labels = (rows: [string, string][]) =>
      collectLabels(
        rows.map(([one, label], i) => ({ row: i + 1, id: one, label })),
        'labels.csv',
        'label',
      );
    const few = labels([
      [id(0), '1'],
      [id(1), '0'],
      ['x', '1'],
    ]);
    expect((await failure(examplesFromLabels(workspace, few))).code).toBe('examples-few');
    const unknown = labels([
      ['x1', '1'],
      ['x2', '0'],
    ]);
    const error = await failure(examplesFromLabels(workspace, unknown));
    expect(error.code).toBe('examples-unknown');
    expect(error.remedy).toContain('"x1"');
    expect(() =>
      labels([
        [id(0), '1'],
        [id(0), '0'],
      ]),
    ).toThrowError(/labelled both 0 and 1/);
    const mixed = labels([
      ...Array.from({ length: 6 }, (_, i): [string, string] => [id(i), String(i % 2)]),
      [id(0), '0'],
      ['x1', '1'],
      ['x2', ''],
    ]);
    expect((await examplesFromLabels(workspace, mixed)).counts).toMatchObject({
      positives: 3,
      negatives: 3,
      duplicates: 1,
      unknown: 1,
      unknownExamples: ['x1'],
    });
    const single = await labelsOf(workspace, 10, () => true);
    expect((await failure(examplesFromLabels(workspace, single))).code).toBe('labels-single-class');
    expect((await failure(findTuned(workspace, 'nothing'))).code).toBe('tuned-missing');
  });
});
