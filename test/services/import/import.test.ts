import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importFiles } from '../../../electron/services/import/import.js';
import { readMapping } from '../../../electron/services/import/mapping.js';
import { rejectsCsv } from '../../../electron/services/import/rejects.js';
import { ImportFixture } from './import-fixture.js';

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
});
afterEach(() => fixture.remove());

const PEOPLE = 'user_id,age\n01,30\n02,40\n03,50\n';

describe('counts and rejects', () => {
  const damaged = [
    'user_id,note,age', // 1
    '01,"two', // 2
    'lines",30', // 3
    '02,short', // 4: a cell is missing
    '03,long,40,50', // 5: a cell too many
    ',nobody,60', // 6: no id
    '04,"closed"badly,20', // 7
    '', // 8
    '05,fine,20', // 9
    '05,again,20', // 10: the second row of 05
    ...Array.from({ length: 40 }, (_, i) => `1${i},fine,${i}`), // 11 to 50
    '06,fine,old', // 51: not a number
    '07,fine,NA', // a gap, not an error
  ];

  it.each([
    ['\n', 'unix.csv'],
    ['\r\n', 'windows.csv'],
  ])('add up, with the line an editor shows (%j)', async (newline, name) => {
    const report = await fixture.import('profile', name, damaged.join(newline) + newline);
    expect(report).toMatchObject({ read: 49, accepted: 43, rejected: 5, duplicates: 1 });
    expect(await fixture.rejects()).toEqual([
      { line: 4, column_name: null, reason: 'too few cells: 2 where 3 are expected', raw: '02,short' },
      { line: 5, column_name: null, reason: 'too many cells: 4 where 3 are expected', raw: '03,long,40,50' },
      { line: 6, column_name: 'user_id', reason: 'the customer id is missing', raw: ',nobody,60' },
      {
        line: 7,
        column_name: null,
        reason: 'a quotation mark is not closed, or text follows it',
        raw: '04,"closed"badly,20',
      },
      { line: 51, column_name: 'age', reason: 'the cell is not a number', raw: '06,fine,old' },
    ]);
    const rows = await fixture.rows(report.fileId);
    expect(rows.filter((row) => row['user_id'] === '05')).toEqual([{ user_id: '05', c2: 'fine', c3: 20 }]);
    expect(rows.find((row) => row['user_id'] === '07')).toMatchObject({ c3: null });
  });

  it('are written as CSV', async () => {
    const report = await fixture.import('profile', 'd.csv', damaged.join('\n'));
    const lines = (await rejectsCsv(fixture.workspace, [report.fileId])).split('\n');
    expect(lines[0]).toBe('file,line,column,reason,raw');
    expect(lines[4]).toBe('d.csv,7,,"a quotation mark is not closed, or text follows it","04,""closed""badly,20"');
  });

  it('keep equal rows of an event file: the same thing can happen twice', async () => {
    const report = await fixture.import('purchases', 'buys.csv', 'user_id,item\n1,mug\n1,mug\n');
    expect(report).toMatchObject({ read: 2, accepted: 2, duplicates: 0 });
  });

  it('takes a column for text when words come further down', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `u${i},${i < 25_000 ? i : 'word'}\n`).join('');
    const report = await fixture.import('profile', 'late.csv', `user_id,points\n${rows}`);
    expect(report).toMatchObject({ read: 30_000, accepted: 30_000, rejected: 0 });
    expect(report.columns[1]).toMatchObject({ role: 'text' });
    expect(await fixture.rejects()).toEqual([]);
  });
});

describe('customers', () => {
  it('keep leading zeros and are never numbers', async () => {
    await fixture.import('profile', 'people.csv', 'user_id,age\n007,1\n7,2\n1e3,3\n');
    expect((await fixture.rows(1)).map((row) => row['user_id'])).toEqual(['007', '7', '1e3']);
  });

  it('must match between files', async () => {
    await fixture.import('profile', 'people.csv', PEOPLE);
    const work = fixture.import('purchases', 'other.csv', 'user_id,item\nX1,mug\nX2,pot\n');
    await expect(work).rejects.toMatchObject({ code: 'ids-do-not-match', place: { column: 'user_id' } });
    expect(
      await fixture.workspace.all("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'rows_%'"),
    ).toEqual([{ table_name: 'rows_1' }]);
  });

  it('are found by their values when no name tells, and warned of when few match', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `K${i}`);
    await fixture.import('profile', 'people.csv', `user_id,age\n${ids.map((id, i) => `${id},${i}\n`).join('')}`);
    const found = await fixture.import('purchases', 'a.csv', `who,item\n${ids.map((id) => `${id},mug\n`).join('')}`);
    expect(found.columns[0]).toMatchObject({ name: 'who', role: 'id' });
    const few = await fixture.import('purchases', 'b.csv', 'user_id,item\nK1,mug\nX2,pot\nX3,pan\nX4,cup\n');
    expect(few).toMatchObject({ customers: 4, knownCustomers: 1 });
    expect(few.warnings).toEqual(['only 1 of its 4 customers occur in the files imported before']);
  });

  it('are the row numbers of a profile that has nothing else, but not of events', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => `${n},${n % 2 ? 'Rome' : 'Bonn'}\n`).join('');
    const events = fixture.import('purchases', 'events.csv', `,item\n${rows}`);
    await expect(events).rejects.toMatchObject({ code: 'no-id-column' });
    const { columns } = await fixture.import('profile', 'frame.csv', `,city\n${rows}`);
    expect(columns[0]).toMatchObject({ name: 'column 1', role: 'id', reason: expect.stringContaining('every row') });
  });

  it('can be named', async () => {
    const report = await fixture.import('profile', 'people.csv', 'user_id,email key,age\n1,a,20\n2,b,30\n', {
      idColumn: 'email key',
    });
    expect(report.columns.map((column) => column.role)).toEqual(['number', 'id', 'number']);
    await expect(
      fixture.import('profile', 'more.csv', 'user_id,age\na,20\n', { idColumn: 'kdnr' }),
    ).rejects.toMatchObject({ code: 'unknown-column' });
  });
});

describe('importing again', () => {
  it('notices the same content under another name', async () => {
    await fixture.import('profile', 'people.csv', PEOPLE);
    const again = await fixture.import('profile', 'copy.csv', PEOPLE);
    expect(again).toMatchObject({ alreadyImported: true, fileId: 1, read: 3 });
    expect(again.warnings[0]).toContain('people.csv');
    expect(await fixture.workspace.one('SELECT count(*) AS n FROM source_files')).toEqual({ n: 1 });
  });

  it('keeps none of the files of one call when one of them fails', async () => {
    const good = fixture.write('people.csv', PEOPLE);
    const bad = fixture.write('bad.csv', 'colour,size\nred,1\nblue,2\n');
    await expect(
      importFiles(fixture.workspace, [
        { kind: 'profile', path: good },
        { kind: 'purchases', path: bad },
      ]),
    ).rejects.toMatchObject({ code: 'no-id-column' });
    expect(await fixture.workspace.all('SELECT * FROM source_files')).toEqual([]);
    expect(readdirSync(fixture.folder).filter((name) => name.endsWith('.scratch'))).toEqual([]);
    await importFiles(fixture.workspace, [{ kind: 'profile', path: good }]);
    expect(await fixture.rows(1)).toHaveLength(3);
  });

  it('stops between files when it is cancelled', async () => {
    const controller = new AbortController();
    const task = { signal: controller.signal, progress: () => controller.abort() };
    const requests = ['a.csv', 'b.csv'].map((name) => ({
      kind: 'profile' as const,
      path: fixture.write(name, `${PEOPLE}${name},1\n`),
    }));
    await expect(importFiles(fixture.workspace, requests, {}, task)).rejects.toThrow('cancelled');
    expect(await fixture.workspace.all('SELECT * FROM source_files')).toEqual([]);
  });
});

describe('a large file', () => {
  it('reports how far it is, and is given up at once when cancelled', async () => {
    const rows = Array.from(
      { length: 400_000 },
      (_, i) => `u${i},some text that takes room ${i},${i === 333_333 ? 'bad' : i},2024-01-02 03:04:05\n`,
    ).join('');
    const path = fixture.write('large.csv', `user_id,note,n,at\n${rows}`);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 150);
    const started = performance.now();
    const work = importFiles(
      fixture.workspace,
      [{ kind: 'profile', path }],
      {},
      { signal: controller.signal, progress: () => undefined },
    );
    await expect(work).rejects.toThrow('cancelled');
    const cancelledAfter = performance.now() - started;
    expect(await fixture.workspace.all('SELECT * FROM source_files')).toEqual([]);
    const stages: string[] = [];
    await importFiles(
      fixture.workspace,
      [{ kind: 'profile', path }],
      {},
      {
        signal: new AbortController().signal,
        progress: ({ stage, done, total }) => stages.push(`${stage} ${done}/${total}`),
      },
    );
    expect(performance.now() - started).toBeGreaterThan(cancelledAfter);
    expect(stages[0]).toBe('import 0/1');
    expect(stages.at(-1)).toBe('import 1/1');
    // Several threads read, and the rows are in the order of the file all the same.
    const misplaced = `SELECT count(*) AS n, count(*) FILTER (c3 <> place + CAST(c3 > 333333 AS INTEGER)) AS misplaced FROM (SELECT c3, row_number() OVER () - 1 AS place FROM rows_1)`;
    expect(await fixture.workspace.one(misplaced)).toEqual({ n: 399_999, misplaced: 0 });
    expect(await fixture.rejects()).toMatchObject([
      { line: 333_335, column_name: 'n', raw: 'u333333,some text that takes room 333333,bad,2024-01-02 03:04:05' },
    ]);
  });
});

describe('labels and segments', () => {
  beforeEach(async () => {
    await fixture.import('profile', 'people.csv', PEOPLE);
  });

  it('labels are the 0/1 columns', async () => {
    const report = await fixture.import(
      'labels',
      'labels.csv',
      'user_id,n_orders,bought,left\n01,3,1,0\n02,5,0,\n03,0,1,1\n',
    );
    expect(report.columns.map((column) => column.role)).toEqual(['id', 'ignore', 'label', 'label']);
    expect(await fixture.workspace.all('SELECT name, user_id, value FROM labels ORDER BY ALL')).toEqual([
      { name: 'bought', user_id: '01', value: 1 },
      { name: 'bought', user_id: '02', value: 0 },
      { name: 'bought', user_id: '03', value: 1 },
      { name: 'left', user_id: '01', value: 0 },
      { name: 'left', user_id: '03', value: 1 },
    ]);
  });

  it('labels are written in any of the ways that an evaluation reads', async () => {
    const { columns } = await fixture.import(
      'labels',
      'labels.csv',
      'user_id;kauf;left;won;plan;ok\n01;ja;churned;1;gold;-1\n02;Nein;Stayed;0.0;gold;0\n03;;not_churned;1.0;basic;1\n',
    );
    expect(columns.map(({ role }) => role)).toEqual(['id', 'label', 'label', 'label', 'ignore', 'ignore']);
    expect(columns[1]!.reason).toBe('its values say yes and no');
    const stored = (name: string) =>
      fixture.workspace.all('SELECT user_id, value FROM labels WHERE name = $1 ORDER BY user_id', [name]);
    expect(await stored('kauf')).toEqual([
      { user_id: '01', value: 1 },
      { user_id: '02', value: 0 },
    ]);
    expect((await stored('left')).map(({ value }) => value)).toEqual([1, 0, 0]);
    expect((await stored('won')).map(({ value }) => value)).toEqual([1, 0, 1]);
  });

  it('a file of labels without any is told', async () => {
    const { warnings } = await fixture.import('labels', 'labels.csv', 'user_id,plan\n01,gold\n02,basic\n');
    expect(warnings).toEqual([expect.stringMatching(/^no column holds labels: write 1 and 0/)]);
  });

  it('of 1 and -1, -1 is having no target; a 0 further down is rejected', async () => {
    const rows = Array.from({ length: 25_000 }, (_, at) => `${at},${at % 2 === 0 ? 1 : -1}\n`).join('');
    const report = await fixture.import('labels', 'signed.csv', `user_id,won\n01,1\n02,-1\n${rows}03,0\n`);
    expect(report).toMatchObject({ rejected: 1, columns: [{}, { role: 'label', reason: 'its values are 1 and -1' }] });
    expect(
      await fixture.workspace.all(`SELECT user_id, value FROM labels WHERE user_id LIKE '0_' ORDER BY user_id`),
    ).toEqual([
      { user_id: '01', value: 1 },
      { user_id: '02', value: 0 },
    ]);
  });

  it('a segment is a list of ids, each counted once', async () => {
    const report = await fixture.import('segment', 'best.csv', 'id\n01\n03\n01\n');
    expect(report).toMatchObject({ read: 3, accepted: 2, duplicates: 1 });
    expect(await fixture.workspace.all('SELECT name, user_id FROM segments ORDER BY user_id')).toEqual([
      { name: 'best', user_id: '01' },
      { name: 'best', user_id: '03' },
    ]);
  });
});

describe('a list of ids without a header', () => {
  it('loses no customer', async () => {
    await fixture.import('profile', 'people.csv', PEOPLE);
    expect(await fixture.import('segment', 'ids.txt', '01\n03\n')).toMatchObject({
      read: 2,
      accepted: 2,
      knownCustomers: 2,
    });
  });
});

describe('mapping files', () => {
  it('set sources and roles', async () => {
    const mapping = readMapping(
      fixture.write(
        'm.json',
        JSON.stringify({ 'people.csv': { source: 'profile', columns: { key: 'id', user_id: 'text', plz: 'number' } } }),
      ),
    );
    const report = await fixture.import('profile', 'people.csv', 'user_id,key,plz\n1,a,20095\n1,b,10115\n', {
      mapping,
    });
    expect(report.columns.map((column) => [column.role, column.reason])).toEqual([
      ['text', 'set by the mapping'],
      ['id', 'set by the mapping'],
      ['number', 'set by the mapping'],
    ]);
    expect(await fixture.rows(1)).toEqual([
      { user_id: 'a', c1: '1', c3: 20095 },
      { user_id: 'b', c1: '1', c3: 10115 },
    ]);
  });

  it.each([
    ['{"people.csv": {"columns": {"height": "number"}}}', 'unknown-column', 'height'],
    ['{"people.csv": {"columns": {"age": "length"}}}', 'mapping-invalid', 'age'],
    ['{"people.csv": {"kind": "profile"}}', 'mapping-invalid', 'kind'],
    ['{"people.csv": ', 'mapping-invalid', 'JSON'],
  ])('%s is refused', async (content, code, named) => {
    const work = (async () =>
      fixture.import('profile', 'people.csv', PEOPLE, { mapping: readMapping(fixture.write('m.json', content)) }))();
    await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
  });
});
