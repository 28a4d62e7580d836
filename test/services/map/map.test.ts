import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../../electron/composition.js';
import { Engine } from '../../../electron/engine/engine.js';
import { readIdList } from '../../../electron/services/audience/list-file.js';
import { Cancelled } from '../../../electron/services/errors.js';
import { encode } from '../../../electron/services/index/encode.js';
import { derive } from '../../../electron/services/index/derive.js';
import { profileColumns } from '../../../electron/services/import/profile-cells.js';
import { coloursOf } from '../../../electron/services/map/colours.js';
import { makeMap, readMap } from '../../../electron/services/map/map.js';
import { project } from '../../../electron/services/map/project.js';
import type { Projector } from '../../../electron/services/map/project-in-worker.js';
import { phraseSimilarity } from '../../../electron/services/map/search.js';
import { removeFile, restoreFile } from '../../../electron/services/import/remove-file.js';
import { listSegments, saveSegment } from '../../../electron/services/map/segment.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { unattended } from '../../../electron/services/task.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const CUSTOMERS = 61;
const here: Projector = (input, task) => Promise.resolve(project(input, task.progress));

describe('the map of a workspace', () => {
  let workspace: Workspace;
  let folder: string;
  let engine: Engine;
  let rankingId: number;

  beforeAll(async () => {
    ({ workspace, folder } = await tinyWorkspace(CUSTOMERS - 1));
    engine = await Engine.load(TINY_MODEL, 'cpu');
    await derive(workspace);
    await encode(workspace, engine);
    ({ rankingId } = await rankInstruction(workspace, engine, { instruction: 'customers who buy candles' }));
  });
  afterAll(async () => {
    workspace.close();
    await engine.release();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is made by everything known or by an instruction, and is there afterwards', async () => {
    expect(await readMap(workspace, { by: 'general' })).toBeUndefined();
    const general = await makeMap(workspace, engine, { by: 'general' }, here, unattended);
    const asked = await makeMap(workspace, engine, { by: 'instruction', rankingId }, here, unattended);
    expect(general.positions).toHaveLength(2 * CUSTOMERS);
    expect(asked.positions).not.toEqual(general.positions);
    expect(await readMap(workspace, { by: 'general' })).toEqual(general);
    expect(await readMap(workspace, { by: 'instruction', rankingId })).toEqual(asked);
    expect(general.labels.reduce((sum, { customers }) => sum + customers, 0)).toBe(CUSTOMERS);
    for (const { words } of general.labels) for (const { share, base } of words) expect(share).toBeGreaterThan(base);
  });

  it('leaves the earlier one when it is cancelled', async () => {
    const before = await readMap(workspace, { by: 'general' });
    const stopped: Projector = () => Promise.reject(new Cancelled('Map'));
    await expect(makeMap(workspace, engine, { by: 'general' }, stopped, unattended)).rejects.toBeInstanceOf(Cancelled);
    expect(await readMap(workspace, { by: 'general' })).toEqual(before);
  });

  it('is of the customers as they are: other data, no map', async () => {
    const fingerprint = (await workspace.meta('encode_fingerprint'))!;
    await workspace.setMeta('encode_fingerprint', 'changed');
    expect(await readMap(workspace, { by: 'general' })).toBeUndefined();
    await workspace.setMeta('encode_fingerprint', fingerprint);
  });

  it('tells of a ranking that is gone', async () => {
    const view = { by: 'instruction', rankingId: 99 } as const;
    await expect(makeMap(workspace, engine, view, here, unattended)).rejects.toMatchObject({ code: 'ranking-missing' });
  });

  it('is coloured by score, sources and profile columns', async () => {
    expect(await profileColumns(workspace)).toEqual([{ name: 'region', isNumber: false }]);
    const score = await coloursOf(workspace, { by: 'score', rankingId }, CUSTOMERS);
    expect(score.categories).toBeNull();
    const best = (await workspace.one<{ customer: number }>(
      `SELECT customer FROM ranking_scores WHERE ranking_id = ${rankingId} ORDER BY score DESC, customer LIMIT 1`,
    ))!.customer;
    expect(score.values.indexOf(Math.max(...score.values))).toBe(best);
    const region = await coloursOf(workspace, { by: 'column', column: 'region' }, CUSTOMERS);
    expect(region.categories).toEqual(['north', 'south']);
    // Customers are numbered in the order of their ids; every third is in the south, and the last one is idle.
    expect([...region.values].slice(0, 4)).toEqual([1, 0, 0, 1]);
    expect(region.values[CUSTOMERS - 1]).toBeNaN();
    const coverage = await coloursOf(workspace, { by: 'coverage' }, CUSTOMERS);
    expect(coverage.categories?.[0]).toBe('purchases + profile');
    await expect(coloursOf(workspace, { by: 'column', column: 'age' }, CUSTOMERS)).rejects.toMatchObject({
      code: 'column-missing',
    });
  });

  it('finds the customers who come nearest to a phrase', async () => {
    const owners = await workspace.all<{ customer: number; text: string }>(
      "SELECT customer, text FROM events JOIN strings USING (string) WHERE strings.value = 'candle'",
    );
    const near = await phraseSimilarity(workspace, engine, owners[0]!.text, CUSTOMERS);
    expect(owners.length).toBeGreaterThan(0);
    for (const { customer } of owners) expect(near[customer]).toBeGreaterThan(0.99);
    expect(near.filter((value) => value > 0.99)).toHaveLength(owners.length);
    expect(near[CUSTOMERS - 1]).toBeNaN();
  });

  it('keeps chosen customers as a segment that lists can name, without making the map stale', async () => {
    const segment = await saveSegment(workspace, ' South side ', Uint32Array.of(3, 0, 3));
    expect(segment).toMatchObject({ name: 'South side', customers: 2 });
    expect(readFileSync(segment.file, 'utf8')).toBe('user_id\nc0000\nc0003\n');
    expect((await readIdList(segment.file)).rows).toBe(2);
    expect(await workspace.all('SELECT name, user_id FROM segments ORDER BY user_id')).toEqual([
      { name: 'South side', user_id: 'c0000' },
      { name: 'South side', user_id: 'c0003' },
    ]);
    expect(await listSegments(workspace)).toMatchObject([{ name: 'South side.csv', customers: 2 }]);
    expect((await derive(workspace)).derived).toBe(false);
    await expect(saveSegment(workspace, 'South side', Uint32Array.of(1))).rejects.toMatchObject({
      code: 'segment-exists',
    });
    await expect(saveSegment(workspace, '../up', Uint32Array.of(1))).rejects.toMatchObject({ code: 'segment-name' });
    await expect(saveSegment(workspace, 'none', new Uint32Array())).rejects.toMatchObject({ code: 'segment-empty' });
  });

  it('brings a deleted segment back with its own list, whatever was saved since', async () => {
    const first = await saveSegment(workspace, 'North', Uint32Array.of(1, 2));
    await removeFile(workspace, first.fileId);
    const second = await saveSegment(workspace, 'North', Uint32Array.of(4));
    await restoreFile(workspace, first.fileId);
    expect(second.fileId).not.toBe(first.fileId);
    expect(readFileSync(first.file, 'utf8')).toBe('user_id\nc0001\nc0002\n');
    expect(readFileSync(second.file, 'utf8')).toBe('user_id\nc0004\n');
    const listed = await listSegments(workspace);
    expect(listed.map(({ fileId, customers }) => [fileId, customers])).toEqual(
      expect.arrayContaining([
        [first.fileId, 2],
        [second.fileId, 1],
      ]),
    );
  });
});

describe('a profile column of dates', () => {
  it('colours the map by days', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'map-'));
    const profile = join(folder, 'profile.csv');
    const dates = Array.from(
      { length: 30 },
      (_, day) => `c${String(day).padStart(2, '0')},1970-02-${String((day % 28) + 1).padStart(2, '0')}`,
    );
    writeFileSync(profile, `customer_id,joined\n${dates.join('\n')}\n`);
    const services = await compose(join(folder, 'w.instructue'), { create: true, models: TINY_MODEL });
    try {
      await services.importFiles([{ kind: 'profile', path: profile }]);
      await services.derive();
      const { values, categories, isTime } = await coloursOf(
        services.workspace,
        { by: 'column', column: 'joined' },
        30,
      );
      expect([isTime, categories]).toEqual([true, null]);
      expect([...values].slice(0, 3)).toEqual([31, 32, 33]);
    } finally {
      services.close();
    }
  });
});
