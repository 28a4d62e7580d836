import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { Cancelled } from '../../../electron/services/errors.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { rankInstruction, type RankingReport } from '../../../electron/services/rank/rank.js';
import { userEmbeddings } from '../../../electron/services/rank/embedding.js';
import { prepareScorer, scoreCustomers, type Scorer } from '../../../electron/services/rank/score.js';
import { writeRanked } from '../../../electron/services/rank/write-ranked.js';
import { unattended } from '../../../electron/services/task.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';
import { opened } from './opened-scorer.js';

const CUSTOMERS = 1500;
const INSTRUCTION = 'customers who would buy garden furniture';

describe('ranking by an instruction', () => {
  let workspace: Workspace;
  let folder: string;
  let engine: Engine;
  let report: RankingReport;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    ({ workspace, folder } = await tinyWorkspace(CUSTOMERS));
    await prepare(workspace, engine);
    report = await rankInstruction(workspace, engine, { instruction: INSTRUCTION });
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
  });

  const scoresOf = async (id: number): Promise<number[]> =>
    (
      await workspace.all<{ score: number }>(
        `SELECT score FROM ranking_scores WHERE ranking_id = ${id} ORDER BY customer`,
      )
    ).map(({ score }) => score);

  it('ranks everybody, also who has no events, and says how many those are', () => {
    expect(report.customers).toBe(CUSTOMERS + 1);
    expect(report.withoutEvents).toBe(1);
    expect(report.device.device).toBe('cpu');
    expect(report.understanding.wanted.length).toBeGreaterThan(0);
    const total = Object.values(report.understanding.directions).reduce((sum, p) => sum + p, 0);
    expect(total).toBeCloseTo(1, 5);
  });

  it('writes the same file on every run, best first, ties by id', async () => {
    const again = await rankInstruction(workspace, engine, { instruction: INSTRUCTION });
    const [first, second] = [join(folder, 'a.csv'), join(folder, 'b.csv')];
    await writeRanked(workspace, report.rankingId, { by: 'percent', percent: 100 }, first);
    await writeRanked(workspace, again.rankingId, { by: 'percent', percent: 100 }, second);
    const text = readFileSync(first, 'utf8');
    expect(readFileSync(second, 'utf8')).toBe(text);
    const [header, ...rows] = text
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(header).toEqual(['rank', 'user_id', 'score']);
    expect(rows).toHaveLength(CUSTOMERS + 1);
    for (let i = 1; i < rows.length; i++) {
      const [before, after] = [rows[i - 1]!, rows[i]!];
      const [a, b] = [Number(before[2]), Number(after[2])];
      expect(a > b || (a === b && before[1]! < after[1]!)).toBe(true);
    }
  });

  it('ranks by what is only excluded as the opposite of what is asked for', async () => {
    const scorer = await prepareScorer(workspace, engine, { instruction: INSTRUCTION });
    const read = { ...scorer.wanted.read, isNegated: true };
    const opposite = { ...scorer, readout: undefined, gate: 0, wanted: { ...scorer.wanted, read } };
    const plain = { ...opposite, wanted: scorer.wanted };
    const all = async (one: typeof plain): Promise<number[]> => {
      const result: number[] = [];
      for await (const { scores } of scoreCustomers(workspace, engine, one, unattended)) result.push(...scores);
      return result;
    };
    const [asked, excluded] = [await all(plain), await all(opposite)];
    expect(new Set(asked).size).toBeGreaterThan(50);
    excluded.forEach((score, at) => expect(score).toBeCloseTo(-asked[at]!, 6));
  });

  it('gives scores that are u · a of unit vectors, with the learned path open or shut', async () => {
    const shut = await prepareScorer(workspace, engine, { instruction: INSTRUCTION });
    const [apart, stored] = [await checkUnitVectors(shut), await scoresOf(report.rankingId)];
    apart.forEach((score, at) => expect(stored[at]).toBeCloseTo(score, 6));
    const learned = await checkUnitVectors(await opened(workspace, engine, shut));
    expect(learned).not.toEqual(apart);
  });

  /** @returns the scores */
  async function checkUnitVectors(scorer: Scorer): Promise<number[]> {
    const { embeddingWidth } = engine.model.shape;
    const answer = [...scorer.wanted.read.answer].map((x) => x * Math.SQRT1_2).concat([Math.SQRT1_2, 0]);
    const all: number[] = [];
    for await (const { scores, evidence, learned } of scoreCustomers(workspace, engine, scorer, unattended)) {
      const u = userEmbeddings(evidence, learned, scorer.gate, embeddingWidth);
      for (let i = 0; i < scores.length; i += 97) {
        const row = u.subarray(i * embeddingWidth, (i + 1) * embeddingWidth);
        expect(Math.hypot(...row)).toBeCloseTo(1, 5);
        expect(row.reduce((sum, x, k) => sum + x * answer[k]!, 0)).toBeCloseTo(scores[i]!, 5);
      }
      all.push(...scores);
    }
    return all;
  }

  it('depends on instruction, answer and contrast', async () => {
    const base = await scoresOf(report.rankingId);
    for (const change of [
      { instruction: 'people who read candle magazines' },
      { answer: 'a lantern' },
      { contrast: 'tea towel' },
    ]) {
      const other = await rankInstruction(workspace, engine, { instruction: INSTRUCTION, ...change });
      expect(await scoresOf(other.rankingId)).not.toEqual(base);
    }
  });

  it('refuses an empty instruction', async () => {
    await expect(rankInstruction(workspace, engine, { instruction: ' \n' })).rejects.toMatchObject({
      code: 'instruction-empty',
    });
  });

  it('leaves nothing behind when cancelled', async () => {
    const count = (): Promise<unknown> =>
      workspace.one('SELECT (SELECT count(*) FROM rankings) AS a, (SELECT count(*) FROM ranking_scores) AS b');
    const before = await count();
    const controller = new AbortController();
    const task = { signal: controller.signal, progress: () => controller.abort() };
    await expect(rankInstruction(workspace, engine, { instruction: INSTRUCTION }, task)).rejects.toBeInstanceOf(
      Cancelled,
    );
    expect(await count()).toEqual(before);
  });
});
