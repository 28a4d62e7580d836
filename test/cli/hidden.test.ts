import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hiddenLines, hiddenRows } from '../../electron/cli/hidden.js';
import type { Hide } from '../../electron/services/index/hide.js';
import { ImportFixture } from '../services/import/import-fixture.js';

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
  await fixture.import(
    'purchases',
    'orders.csv',
    'user_id,item,amount\nu1,beer,7.5\nu1,bread,2\nu2,beer,7.5\nu3,wine,9',
  );
  await fixture.import('paths', 'visits.csv', 'user_id,page\nu1,a=b\nu2,start');
});
afterEach(() => fixture.remove());

async function linesOf(hides: Hide[]): Promise<string[]> {
  await fixture.workspace.setMeta('hides', JSON.stringify(hides));
  return hiddenLines(fixture.workspace, await hiddenRows(fixture.workspace));
}

describe('rows that another command hid', () => {
  it('are counted and named, with their file where only one is concerned', async () => {
    const hides = [
      { column: 'item', value: 'beer' },
      { file: 'visits.csv', column: 'page', value: 'a=b' },
    ];
    expect(await linesOf(hides)).toEqual([
      'left out: rows with item = beer (2)',
      'left out: rows with visits.csv:page = a=b (1)',
    ]);
  });

  it('are told to be none where no row has the value', async () => {
    expect(await linesOf([{ column: 'item', value: 'Beer' }])).toEqual([
      'left out: nothing, no row has item = Beer; check how the file writes it',
    ]);
  });

  it('are counted by a number on a connection that nothing was imported by', async () => {
    const reader = await fixture.workspace.reader();
    try {
      expect(await hiddenLines(reader, [{ column: 'amount', value: '7.50' }])).toEqual([
        'left out: rows with amount = 7.50 (2)',
      ]);
    } finally {
      await reader.leave();
    }
  });

  it('are not told of where nobody hid any', async () => {
    expect(await hiddenLines(fixture.workspace, await hiddenRows(fixture.workspace))).toEqual([]);
  });
});
