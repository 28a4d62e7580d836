import { describe, expect, it } from 'vitest';
import { hiddenLines, hiddenRows } from '../../electron/cli/hidden.js';

describe('rows that another command hid', () => {
  it('are named, with their file where only one is concerned', async () => {
    const stored = [
      { column: 'item', value: 'beer' },
      { file: 'visits.csv', column: 'page', value: 'a=b' },
    ];
    const hides = await hiddenRows({ meta: async () => JSON.stringify(stored) });
    expect(hiddenLines(hides)).toEqual([
      'left out: rows with item = beer',
      'left out: rows with visits.csv:page = a=b',
    ]);
  });

  it('are none where nobody hid any', async () => {
    expect(hiddenLines(await hiddenRows({ meta: async () => undefined }))).toEqual([]);
  });
});
