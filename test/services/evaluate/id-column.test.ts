import { describe, expect, it } from 'vitest';
import { idColumn, isHeaderName } from '../../../electron/services/evaluate/id-column.js';
import type { TextTable } from '../../../electron/services/evaluate/table-file.js';

function table(cells: Record<string, string[]>): TextTable {
  const columns = Object.keys(cells);
  return { file: 'f.csv', columns, rows: cells[columns[0]!]!.length, cells: new Map(Object.entries(cells)) };
}

const codes = Array.from({ length: 30 }, (_, i) => `K-${100 + i}`);

describe('the id column of a file', () => {
  it.each(['Kundennummer', 'id_client', 'cod_cliente', 'Customer ID', 'account_no', 'user_id'])(
    'is found by the name %s',
    async (name) => {
      expect(await idColumn(table({ won: ['1'], [name]: ['a'] }))).toBe(name);
    },
  );

  it('may have a bare name where its values are codes', async () => {
    expect(await idColumn(table({ won: codes.map(() => '1'), Kunde: codes }))).toBe('Kunde');
    await expect(idColumn(table({ won: ['1'], Kunde: ['Anna'] }))).rejects.toMatchObject({ code: 'id-column-missing' });
  });

  it('is the one that holds known ids, whatever its name, but no flag that does so by accident', async () => {
    const known = (texts: readonly string[]) =>
      Promise.resolve(new Set(texts.filter((text) => text.startsWith('K-') || text === '0' || text === '1')));
    const found = await idColumn(table({ won: ['1', '0'], who: ['K-100', 'K-101'] }), { known });
    expect(found).toBe('who');
    await expect(idColumn(table({ won: ['1', '0'], who: ['x', 'y'] }), { known })).rejects.toMatchObject({
      code: 'id-column-missing',
      remedy: expect.stringContaining('--id COLUMN') as string,
    });
  });

  it('tells a header from an id', () => {
    expect(['Kundennummer', 'E-Mail', 'sha256'].every(isHeaderName)).toBe(true);
    expect(['K-100', 'user1', '0042'].some(isHeaderName)).toBe(false);
  });
});
