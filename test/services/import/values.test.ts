import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOfCell } from '../../../electron/services/import/id-cell.js';
import { protectCell } from '../../../electron/services/import/protected-cell.js';
import { numberSql, timeSql } from '../../../electron/services/import/values.js';
import { ImportFixture } from './import-fixture.js';

let fixture: ImportFixture;
beforeAll(async () => {
  fixture = await ImportFixture.make();
  // An import defines the macros.
  await fixture.import('profile', 'people.csv', 'user_id,age\n1,2\n');
});
afterAll(() => fixture.remove());

async function read(cell: string, sql: (cell: string) => string): Promise<unknown> {
  return (await fixture.workspace.one(`SELECT ${sql('cell')} AS value FROM (SELECT $1::VARCHAR AS cell)`, [cell]))?.[
    'value'
  ];
}
const english = (cell: string): Promise<unknown> => read(cell, (c) => numberSql(`number_core(${c})`, 'english'));
const european = (cell: string): Promise<unknown> => read(cell, (c) => numberSql(`number_core(${c})`, 'european'));

describe('ids', () => {
  it.each(['=1+1', '@user1', '+49', '-5', "'=1", '\t=1', '＝1'])('lose the apostrophe that protects %j', async (id) => {
    expect(await read(protectCell(id), (c) => `id_cell(${c})`)).toBe(id);
  });

  it('are whole where a number column with gaps made them 17850.0', async () => {
    expect(await read('17850.0', (c) => `id_cell(${c})`)).toBe('17850');
    expect(idOfCell('17850.0')).toBe('17850');
  });

  it.each(["'t Hooft", "O'Neil", '007', '1.5', 'v2.0'])('stay as they are: %j', async (id) => {
    expect(await read(id, (c) => `id_cell(${c})`)).toBe(id);
  });
});

describe('numbers', () => {
  it.each<[string, number | null]>([
    ['1,234.5', 1234.5],
    ['$1,234.50', 1234.5],
    ['USD 12', 12],
    ['12 EUR', 12],
    ['£ -3.5', -3.5],
    ['76-88%', 82],
    ['30-40', 35],
    ['40000-49999', 44999.5],
    ['1,000 - 1,999', 1499.5],
    ['5 to 10', 7.5],
    ['<5000', 5000],
    ['< 5000', 5000],
    ['>=55', 55],
    ['55<=', 55],
    ['10+', 10],
    ['4%', 4],
    ['1e3', 1000],
    ['35-49K', 42000],
    ['$40K - $60K', 50000],
    ['Under 15K', 15000],
    ['Less than $40K', 40000],
    ['$120K +', 120000],
    ['250k and over', 250000],
    ['65 or older', 65],
    ['40-30', null],
    ['5 km', null],
    ['1.5K', null],
    ['over the hill', null],
    ['2013J', null],
    ['12 Main Street', null],
    ['1,23,456', null],
    ['-', null],
  ])('English %s', async (cell, value) => expect(await english(cell)).toBe(value));

  it.each<[string, number | null]>([
    ['1.234,5', 1234.5],
    ['1.234', 1234],
    ['0,5', 0.5],
    ['12,00 €', 12],
    ['30-40', 35],
    ['2,5-3,5', 3],
    ['1,234.5', null],
  ])('European %s', async (cell, value) => expect(await european(cell)).toBe(value));

  it('written with separators come back as they were', async () => {
    const amount = fc.integer({ min: -99_999_999, max: 99_999_999 }).map((cents) => cents / 100);
    await fc.assert(
      fc.asyncProperty(amount, async (value) => {
        expect(await english(value.toLocaleString('en-US'))).toBeCloseTo(value, 6);
        expect(await european(value.toLocaleString('de-DE'))).toBeCloseTo(value, 6);
      }),
      { numRuns: 40 },
    );
  });
});

describe('times', () => {
  it.each([
    ['2011-01-31', 'iso', '2011-01-31T00:00:00Z'],
    ['2011-01-31T08:05:00', 'iso', '2011-01-31T08:05:00Z'],
    ['31.01.2011', '%d.%m.%Y', '2011-01-31T00:00:00Z'],
    ['1/31/2011 8:05', '%m/%d/%Y', '2011-01-31T08:05:00Z'],
    ['31/01/2011 08:05:09', '%d/%m/%Y', '2011-01-31T08:05:09Z'],
    ['2005-04', '%Y-%m', '2005-04-01T00:00:00Z'],
    ['Jan 31, 2011', '%b %d, %Y', '2011-01-31T00:00:00Z'],
    ['20110131', 'compact', '2011-01-31T00:00:00Z'],
    ['1296432000', 'epoch-seconds', '2011-01-31T00:00:00Z'],
    ['1296432000000', 'epoch-milliseconds', '2011-01-31T00:00:00Z'],
  ])('%s as %s', async (cell, parse, time) =>
    expect(await read(cell, (c) => timeSql(c, parse))).toEqual(new Date(time)),
  );

  it('is not a day that does not exist', async () =>
    expect(await read('31.02.2011', (c) => timeSql(c, '%d.%m.%Y'))).toBeNull());
});

describe('roles', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    user_id: String(i).padStart(5, '0'),
    zip: `0${1000 + i}`,
    presentation: i % 2 ? '2013J' : '2014B',
    born: `19${50 + (i % 40)}-03-1${i % 9}`,
    paid_at: `${(i % 28) + 1}/02/2011 10:${10 + (i % 40)}`,
    amount: `"${i},000.50"`,
    betrag: `"${i}.000,50"`,
    income: i % 2 ? '40000-49999' : '<5000',
    order_no: `X-${i}`,
    mobile_phone: `+49 170 55512${10 + i}`,
    region: String(1 + (i % 7)),
    rated_at_time: String(881_250_949 + i),
    seen_at: `${1_488_585_600 + i}.0`,
    opened_at: `${1_488_585_600_000 + i}`,
    mail: `a${i}@example.org`,
    code: `00${i}`,
    empty: '',
  }));
  const expected: Record<string, [string, string | null]> = {
    user_id: ['id', 'text'],
    zip: ['text', null],
    presentation: ['text', null],
    born: ['time', 'iso'],
    paid_at: ['time', '%d/%m/%Y'],
    amount: ['number', 'english'],
    betrag: ['number', 'european'],
    income: ['number', 'english'],
    order_no: ['ignore', null],
    mobile_phone: ['ignore', null],
    region: ['text', null],
    rated_at_time: ['time', 'epoch-seconds'],
    seen_at: ['time', 'epoch-seconds'],
    opened_at: ['time', 'epoch-milliseconds'],
    mail: ['ignore', null],
    code: ['ignore', null],
    empty: ['ignore', null],
  };

  it('follow from names and contents, each with its reason', async () => {
    const names = Object.keys(rows[0]!);
    const content = [names.join(','), ...rows.map((row) => Object.values(row).join(','))].join('\n');
    const fresh = await ImportFixture.make();
    try {
      const { columns } = await fresh.import('profile', 'all.csv', content);
      expect(Object.fromEntries(columns.map((column) => [column.name, [column.role, column.parse]]))).toEqual(expected);
      for (const column of columns) expect(column.reason).toMatch(/[a-z]{3}/);
    } finally {
      fresh.remove();
    }
  });
});
