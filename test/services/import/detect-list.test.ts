import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { derive } from '../../../electron/services/index/derive.js';
import { parseHide } from '../../../electron/services/index/hide.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { inspectFile } from '../../../electron/services/import/inspect.js';
import { ImportFixture } from './import-fixture.js';

const LANGUAGES = ['C#', 'Java', 'Python', 'Go', 'R'];
let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
});
afterEach(() => fixture.remove());

/** The values whose bits are set in the customer's number, so that lists differ in what they hold and in length. */
function chosen(values: readonly string[], customer: number): string[] {
  return values.filter((_, at) => (customer >> at) & 1);
}

function file(column: string, cell: (customer: number) => string, customers = 32): string {
  return [`user_id,${column}`, ...Array.from({ length: customers }, (_, n) => `u${n},"${cell(n)}"`)].join('\n');
}

async function separatorOf(column: string, cell: (customer: number) => string): Promise<string | null> {
  const { columns } = await inspectFile(fixture.workspace, fixture.write('file.csv', file(column, cell, 96)));
  return columns[1]!.parse;
}

async function stringsOf(userId: string): Promise<string[]> {
  const rows = await fixture.workspace.all<{ text: string }>(
    'SELECT s.text FROM events JOIN strings s USING (string) JOIN customers USING (customer) WHERE user_id = $1 AND kind < 2 ORDER BY s.string',
    [userId],
  );
  return rows.map(({ text }) => text);
}

describe('a column whose cells list several values', () => {
  it('is told by what separates them', async () => {
    expect(await separatorOf('language', (n) => chosen(LANGUAGES, n % 32).join(';'))).toBe(';');
    expect(await separatorOf('genre', (n) => chosen(LANGUAGES, n % 32).join('|'))).toBe('|');
    expect(await separatorOf('interests', (n) => chosen(LANGUAGES, n % 32).join(', '))).toBe(',');
  });

  it('is not one of texts, codes or addresses that have a separator', async () => {
    expect(await separatorOf('title', (n) => chosen(LANGUAGES, n % 32).join(', '))).toBeNull();
    expect(await separatorOf('address', (n) => `${n} High Street, Town ${n}`)).toBeNull();
    expect(await separatorOf('variant', (n) => `${LANGUAGES[n % 5]}|${n % 7}|${n % 3}`)).toBeNull();
    expect(await separatorOf('remarks', (n) => `said ${n * 7}; left at ${n}`)).toBeNull();
  });

  it('gives a profile every value', async () => {
    await fixture.import(
      'profile',
      'people.csv',
      file('language', (n) => chosen(LANGUAGES, n).join('; ')),
    );
    await derive(fixture.workspace);
    expect(await stringsOf('u11')).toEqual(['language: C#', 'language: Go', 'language: Java']);
    expect(await stringsOf('u16')).toEqual(['language: R']);
  });

  it('makes an event of every value, whose rows are hidden with any of them', async () => {
    const things = Array.from({ length: 30 }, (_, n) => `thing ${String(n).padStart(2, '0')}`);
    const worded = (thing: string): string => `basket: ${thing}`;
    const basket = (n: number): string => chosen(things, n * 2_654_435 + 1).join(';');
    await fixture.import('purchases', 'baskets.csv', file('basket', basket, 300));
    await derive(fixture.workspace);
    expect(await stringsOf('u7')).toEqual(basket(7).split(';').map(worded));
    const { hidden } = await derive(fixture.workspace, [parseHide('basket=thing 02')]);
    const having = Array.from({ length: 300 }, (_, n) => basket(n)).filter((all) => all.includes('thing 02')).length;
    expect(hidden).toEqual({ 'baskets.csv': having });
    expect(await stringsOf('u0')).toEqual(['basket: thing 00']);
  });

  it('is read by the same words when a customer lists others', async () => {
    const listed = (n: number): string => chosen(LANGUAGES, n).join(';');
    const first = await fixture.import(
      'profile',
      'people.csv',
      file('language', (n) => listed(n % 31), 300),
    );
    await derive(fixture.workspace);
    const path = fixture.write(
      'new.csv',
      file('language', (n) => (n === 5 ? listed(31) : listed(n % 31)), 300),
    );
    const earlier = { fileId: first.fileId, as: 'replacement' } as const;
    await importFiles(fixture.workspace, [{ kind: 'profile', path, earlier }]);
    expect(await derive(fixture.workspace)).toMatchObject({ measured: false, changed: 1, strings: LANGUAGES.length });
    expect(await stringsOf('u5')).toEqual([...LANGUAGES].sort().map((language) => `language: ${language}`));
  });
});
