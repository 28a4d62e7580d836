import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { derive } from '../../../electron/services/index/derive.js';
import { dumpDerived } from '../../../electron/services/index/dump.js';
import { encode } from '../../../electron/services/index/encode.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { ImportFixture } from '../import/import-fixture.js';
import { TINY_MODEL } from '../tiny-workspace.js';

const ITEMS = ['garden chair', 'parasol', 'cake tin', 'tea towel', 'lantern', 'candle'];
const CUSTOMERS = 60;
const id = (i: number): string => `c${String(i).padStart(3, '0')}`;
const purchase = (i: number, k: number): string =>
  `${id(i)},${ITEMS[(i * 3 + k) % ITEMS.length]},${5 + ((i * 7 + k * 3) % 40)},2024-03-${String(1 + ((i + k * (2 + (i % 11))) % 28)).padStart(2, '0')}`;
const purchases = Array.from({ length: CUSTOMERS }, (_, i) =>
  Array.from({ length: 2 + (i % 5) }, (_, k) => purchase(i, k)),
).flat();
const profile = Array.from({ length: CUSTOMERS }, (_, i) => `${id(i)},${20 + ((i * 11) % 50)},${i % 2 ? 'yes' : 'no'}`);
const file = (header: string, lines: readonly string[]): string => `${[header, ...lines].join('\n')}\n`;
const bills = (lines: readonly string[]): string => file('customer_id,item,amount,date', lines);
const people = (lines: readonly string[]): string => file('customer_id,age,member', lines);

let fixture: ImportFixture;
let workspace: Workspace;
let engine: Engine;
beforeAll(async () => {
  engine = await Engine.load(TINY_MODEL, 'cpu');
});
afterAll(() => engine.release());
beforeEach(async () => {
  fixture = await ImportFixture.make();
  workspace = fixture.workspace;
  await fixture.import('purchases', 'bills.csv', bills(purchases));
  await fixture.import('profile', 'people.csv', people(profile));
  await derive(workspace);
});
afterEach(() => fixture.remove());

/** Every customer's events by content. */
async function events(of: Workspace): Promise<Map<string, string>> {
  const rows = await of.all<{ user_id: string; events: string }>(
    `SELECT user_id, string_agg(concat_ws('|', s.text, e.n, e.value, e.recency), ' & ' ORDER BY s.source, s.text) AS events
     FROM customers JOIN events e USING (customer) JOIN strings s USING (string) GROUP BY user_id`,
  );
  return new Map(rows.map((row) => [row.user_id, row.events]));
}

/** Imports a new version of the bills (file 1) or people (file 2). */
async function replace(fileId: 1 | 2, content: string) {
  const [report] = await importFiles(workspace, [
    {
      kind: fileId === 1 ? 'purchases' : 'profile',
      path: fixture.write(`again-${fileId}.csv`, content),
      earlier: { fileId, as: 'replacement' },
    },
  ]);
  return report!;
}

async function hashes(of: Workspace, folder: string): Promise<string[]> {
  const files = await dumpDerived(of, folder);
  return files.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
}

describe('a refresh', () => {
  it('derives the customers alone whose rows changed; everybody else keeps every event', async () => {
    const before = await events(workspace);
    const changed = [...purchases, `${id(7)},parasol,500,2024-03-29`];
    expect((await replace(1, bills(changed))).change).toBe('replaced');
    expect(await derive(workspace)).toMatchObject({ derived: true, measured: false, changed: 1, customers: CUSTOMERS });
    const after = await events(workspace);
    const different = [...before.keys()].filter((user) => before.get(user) !== after.get(user));
    expect(different).toEqual([id(7)]);
    // Dearer and later than everything that was measured: the top of both scales.
    expect(after.get(id(7))).toContain('item: parasol|');
    const parasol = await workspace.one<{ recency: number }>(
      `SELECT e.recency FROM events e JOIN strings s USING (string) JOIN customers c USING (customer) WHERE c.user_id = $1 AND s.text = 'item: parasol'`,
      [id(7)],
    );
    expect(parasol!.recency).toBe(1);
  });

  it('knows new customers, new items and those who left, and leaves no gap in the numbers', async () => {
    const left = purchases.filter((line) => !line.startsWith(id(3)));
    await replace(1, bills([...left, 'aaa,umbrella,12,2024-03-05']));
    await replace(2, people(profile.filter((line) => !line.startsWith(id(3)))));
    expect(await derive(workspace)).toMatchObject({ measured: false, changed: 1, customers: CUSTOMERS });
    const numbers = await workspace.all<{ customer: number; user_id: string }>('FROM customers ORDER BY customer');
    expect(numbers.map(({ customer }) => customer)).toEqual(Array.from({ length: CUSTOMERS }, (_, i) => i));
    expect(numbers.some(({ user_id }) => user_id === id(3))).toBe(false);
    expect((await events(workspace)).get('aaa')).toContain('item: umbrella|1|');
    const owners = await workspace.all(
      'SELECT string FROM strings s WHERE df <> (SELECT count(*) FROM events e WHERE e.string = s.string)',
    );
    expect(owners).toEqual([]);
  });

  it('comes to what a fresh workspace would have, once measured again', async () => {
    const changed = [...purchases.slice(3), `${id(0)},lantern,9,2024-03-02`, 'zzz,candle,3,2024-03-05'];
    await replace(1, bills(changed));
    expect((await derive(workspace)).measured).toBe(false);
    expect((await derive(workspace, [], undefined, { measureAgain: true })).measured).toBe(true);
    const fresh = await ImportFixture.make();
    await fresh.import('purchases', 'bills.csv', bills(changed));
    await fresh.import('profile', 'people.csv', people(profile));
    await derive(fresh.workspace);
    expect(await hashes(workspace, join(fixture.folder, 'dump'))).toEqual(
      await hashes(fresh.workspace, join(fresh.folder, 'dump')),
    );
    fresh.remove();
  });

  it('measures again when many changed, when time went on, and when somebody answers as nobody did', async () => {
    await replace(1, bills([...purchases, ...[1, 2, 3, 4, 5, 6, 7].map((i) => `${id(i)},candle,8,2024-03-09`)]));
    expect((await derive(workspace)).measured).toBe(true);
    await replace(1, bills([...purchases, `${id(1)},candle,8,2024-04-09`]));
    expect((await derive(workspace)).measured).toBe(true);
    await replace(2, people([...profile.slice(1), `${id(0)},20,t`]));
    expect((await derive(workspace)).measured).toBe(true);
  });

  it('does nothing for labels, a segment, or rows that came and went', async () => {
    await fixture.import('labels', 'labels.csv', file('customer_id,bought', [`${id(1)},1`, `${id(2)},0`]));
    await fixture.import('segment', 'best.csv', file('customer_id', [id(1)]));
    expect((await derive(workspace)).derived).toBe(false);
    await replace(1, bills([...purchases, `${id(7)},parasol,50,2024-03-09`]));
    await replace(1, bills([...purchases].reverse()));
    expect(await derive(workspace)).toMatchObject({ measured: false, changed: 0 });
  });
});

describe('the index after a refresh', () => {
  const tokensOf = async (users: readonly string[]) =>
    workspace.all(
      `SELECT user_id, hex(sha256(tokens)::BLOB) AS tokens FROM customer_index JOIN customers USING (customer)
       WHERE list_contains([${users.map((user) => `'${user}'`).join()}], user_id) ORDER BY user_id`,
    );

  it('encodes the customers alone whose events changed', async () => {
    expect((await encode(workspace, engine)).encoded).toBe(CUSTOMERS);
    await replace(1, bills([...purchases, `${id(7)},parasol,50,2024-03-09`, 'zzz,candle,3,2024-03-05']));
    await derive(workspace);
    expect(await encode(workspace, engine)).toMatchObject({ customers: CUSTOMERS + 1, encoded: 2 });
    expect((await encode(workspace, engine)).encoded).toBe(0);
  });

  it('follows when strings and customers are numbered anew, and so do stored rankings', async () => {
    await encode(workspace, engine);
    const { rankingId } = await rankInstruction(workspace, engine, { instruction: 'buys garden chairs' });
    const ranked = () =>
      workspace.all(
        `SELECT user_id, score FROM ranking_scores JOIN customers USING (customer) WHERE ranking_id = ${rankingId} AND user_id LIKE 'c%' ORDER BY user_id`,
      );
    const [scores, tokens] = [await ranked(), await tokensOf([id(1), id(50)])];
    await fixture.import('apps', 'apps.csv', file('customer_id,app', [`${id(2)},chess`, 'aaa,chess']));
    expect(await derive(workspace)).toMatchObject({ measured: true, customers: CUSTOMERS + 1 });
    expect((await encode(workspace, engine)).encoded).toBe(2);
    expect(await ranked()).toEqual(scores);
    expect(await tokensOf([id(1), id(50)])).toEqual(tokens);
    // The packed events are those of a workspace that was encoded from scratch.
    const packed = () => workspace.all('SELECT customer, hex(events) AS events FROM customer_index ORDER BY customer');
    const followed = await packed();
    await workspace.run('DELETE FROM customer_index');
    expect((await encode(workspace, engine)).encoded).toBe(CUSTOMERS + 1);
    expect(await packed()).toEqual(followed);
  });
});
