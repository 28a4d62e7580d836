import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importFiles } from '../../../electron/services/import/import.js';
import { derive } from '../../../electron/services/index/derive.js';
import { dumpDerived } from '../../../electron/services/index/dump.js';
import { parseHide } from '../../../electron/services/index/hide.js';
import { ImportFixture } from '../import/import-fixture.js';

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
});
afterEach(() => fixture.remove());

/** Texts of strings, by kind; and the events of one customer as text → [value, recency, n]. */
async function texts(kind: number): Promise<string[]> {
  return (
    await fixture.workspace.all<{ text: string }>('SELECT text FROM strings WHERE kind = $1 ORDER BY string', [kind])
  ).map((row) => row.text);
}
async function eventsOf(userId: string): Promise<Record<string, unknown[]>> {
  const rows = await fixture.workspace.all<{ text: string; value: number; recency: number; n: number }>(
    'SELECT s.text, e.value, e.recency, e.n FROM events e JOIN strings s USING (string) JOIN customers c USING (customer) WHERE c.user_id = $1 ORDER BY s.string',
    [userId],
  );
  return Object.fromEntries(rows.map((row) => [row.text, [row.value, row.recency, row.n]]));
}

const PROFILE = [
  'user_id,Marital_Status,isMember,children,income,since,band',
  ...Array.from(
    { length: 10 },
    (_, i) =>
      `u${i},${i % 2 ? 'single' : 'MarriedCouple'},${i % 2},${i % 3},${1000 * (i + 1)},2020-01-0${1 + (i % 9)},${i % 2 ? '0-10%' : '20-30%'}`,
  ),
].join('\n');

describe('a profile', () => {
  beforeEach(async () => {
    await fixture.import('profile', 'people.csv', PROFILE);
    await derive(fixture.workspace);
  });

  it('gives categories and answers, in words', async () => {
    expect(await texts(1)).toEqual([
      'Marital Status: Married Couple',
      'Marital Status: single',
      'is Member: no',
      'is Member: yes',
    ]);
  });

  it('gives levels: fifths with their edges, single values where there are few, ranges as the file writes them', async () => {
    const levels = await texts(2);
    expect(levels.filter((text) => text.includes('income'))).toEqual([
      'high income (7000 to 8000)',
      'low income (3000 to 4000)',
      'medium income (5000 to 6000)',
      'very high income (9000 to 10000)',
      'very low income (1000 to 2000)',
    ]);
    expect(levels.filter((text) => text.startsWith('children'))).toEqual(['children: 0', 'children: 1', 'children: 2']);
    expect(levels.filter((text) => text.startsWith('band'))).toEqual(['band: 0-10%', 'band: 20-30%']);
    expect(levels).toContain('very late since (2020-01-08 to 2020-01-09)');
  });

  it('has percentiles as midpoints of ties', async () => {
    expect((await eventsOf('u0'))['very low income (1000 to 2000)']).toEqual([expect.closeTo(0.05, 6), null, 1]);
    // 0 children: four of ten customers, so the midpoint is 0.2.
    expect((await eventsOf('u0'))['children: 0']).toEqual([expect.closeTo(0.2, 6), null, 1]);
    expect((await eventsOf('u0'))['Marital Status: Married Couple']).toEqual([null, null, 1]);
  });
});

describe('events', () => {
  const ITEMS = Array.from({ length: 40 }, (_, i) => `item ${i}`);
  const lines = ITEMS.flatMap((item, i) => [
    `u${i % 4},2024-01-${String(1 + (i % 28)).padStart(2, '0')},${item},cat${i % 3},north,${i}`,
    `u9,2024-01-02,${item},cat${i % 3},south,50`,
  ]);
  const purchases = ['user_id,when,item,category,shop,amount', ...lines, 'u0,2024-01-31,item 0,cat0,north,100'].join(
    '\n',
  );

  it('say an item with what follows from it; what does not follow from it is said apart', async () => {
    await fixture.import('purchases', 'buys.csv', purchases);
    await derive(fixture.workspace);
    expect(await texts(0)).toContain('item 0, category: cat0');
    expect(await texts(0)).toHaveLength(40);
    expect(await texts(1)).toEqual(['shop: north', 'shop: south']);
    expect((await eventsOf('u9'))['shop: south']).toEqual([null, expect.closeTo(1 / 30, 6), 40]);
  });

  it('keep how often, how much on average, and how recently', async () => {
    await fixture.import('purchases', 'buys.csv', purchases);
    await derive(fixture.workspace);
    const bought = Object.entries(await eventsOf('u0')).find(([text]) => text.startsWith('item 0,'))!;
    // Amounts 0 and 100 are the lowest and the highest of 81: midpoints 0.5/81 and 80.5/81.
    expect(bought[1]).toEqual([expect.closeTo(0.5, 5), 1, 2]);
  });

  it('name the column where there are few items', async () => {
    await fixture.import('services', 'use.csv', 'user_id,channel\nu1,NumWebVisits\nu2,store\n');
    await derive(fixture.workspace);
    expect(await texts(0)).toEqual(['channel: Num Web Visits', 'channel: store']);
  });

  it('without texts are their numbers, and without those just events', async () => {
    await fixture.import('apps', 'hours.csv', 'user_id,play_hours\nu1,1\nu1,3\nu2,2\n');
    await fixture.import('paths', 'seen.csv', 'user_id,seen\nu1,2024-01-01\nu2,2024-01-03\n');
    await derive(fixture.workspace);
    expect(await texts(0)).toEqual(['page event', 'play hours']);
    expect((await eventsOf('u1'))['play hours']).toEqual([expect.closeTo(0.5, 6), null, 2]);
    expect((await eventsOf('u2'))['page event']).toEqual([null, 1, 1]);
  });

  it('are summed up per customer, except a budget that is the same for everybody', async () => {
    const day = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7'].flatMap((user, i) => [
      `${user},sleep,${400 + 10 * i}`,
      `${user},work,${1040 - 10 * i}`,
    ]);
    await fixture.import('apps', 'day.csv', ['user_id,activity,minutes', ...day].join('\n'));
    await fixture.import(
      'purchases',
      'buys.csv',
      ['user_id,item,amount', ...Array.from({ length: 8 }, (_, i) => `u${i},mug,${i}\nu${i},pot,${i}`)].join('\n'),
    );
    await derive(fixture.workspace);
    const summaries = await texts(3);
    expect(summaries.filter((text) => text.includes('minutes'))).toEqual([]);
    expect(summaries.filter((text) => text.includes('total amount')).length).toBeGreaterThan(3);
    // Everybody has two events: the number of them tells nobody apart.
    expect(summaries.filter((text) => text.startsWith('number of'))).toEqual([]);
  });
});

describe('hiding', () => {
  const visits = 'user_id,page,minutes\nu1,games,5\nu1,news,1\nu2,news,9\nu3,games,2\n';

  it('leaves rows out before anything is computed, but keeps the customers', async () => {
    await fixture.import('paths', 'visits.csv', visits);
    const report = await derive(fixture.workspace, [parseHide('page=games')]);
    expect(report).toMatchObject({ derived: true, customers: 3, hidden: { 'visits.csv': 2 } });
    expect(await texts(0)).toEqual(['page: news']);
    expect(await eventsOf('u3')).toEqual({});
    expect((await eventsOf('u1'))['page: news']).toEqual([expect.closeTo(0.25, 6), null, 1]);
  });

  it('can mean one file, and numbers', async () => {
    await fixture.import('paths', 'visits.csv', visits);
    const report = await derive(fixture.workspace, [parseHide('visits.csv:minutes=9'), parseHide('page=news')]);
    expect(report.hidden).toEqual({ 'visits.csv': 2 });
    expect(await texts(0)).toEqual(['page: games']);
  });

  it('refuses a column that no file has', async () => {
    await fixture.import('paths', 'visits.csv', visits);
    await expect(derive(fixture.workspace, [parseHide('colour=red')])).rejects.toMatchObject({
      code: 'unknown-column',
    });
    expect(() => parseHide('nonsense')).toThrow('nonsense');
  });
});

describe('deriving again', () => {
  it('does nothing when nothing changed, and starts over when something did', async () => {
    await fixture.import('profile', 'people.csv', PROFILE);
    expect((await derive(fixture.workspace)).derived).toBe(true);
    expect(await derive(fixture.workspace)).toMatchObject({ derived: false, customers: 10 });
    await fixture.import('apps', 'apps.csv', 'user_id,app\nu1,chess\n');
    expect((await derive(fixture.workspace)).derived).toBe(true);
    expect(await texts(0)).toEqual(['app: chess']);
  });

  it('needs data', async () => {
    await expect(derive(fixture.workspace)).rejects.toMatchObject({ code: 'no-sources' });
  });

  const real = join(import.meta.dirname, '../../../../shared/data/coil2000');
  it.skipIf(!existsSync(real))('gives the same bytes every time (real data)', async () => {
    const hashes: string[][] = [];
    for (let run = 0; run < 2; run += 1) {
      const other = await ImportFixture.make();
      try {
        await importFiles(other.workspace, [
          { kind: 'profile', path: join(real, 'profile.csv') },
          { kind: 'services', path: join(real, 'holdings.csv') },
        ]);
        const report = await derive(other.workspace);
        expect(report).toMatchObject({ customers: 5822, events: 182370 });
        const files = await dumpDerived(other.workspace, other.folder);
        hashes.push(files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')));
      } finally {
        other.remove();
      }
    }
    expect(hashes[0]).toEqual(hashes[1]);
  });
});
