import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIdList } from '../../../electron/services/audience/list-file.js';
import { writeTable } from '../../../electron/services/audience/write-table.js';

describe('writing tables', () => {
  it('protects ids that a spreadsheet would run, and reads them back as lists', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'write-table-')), 'risky.csv');
    const ids = ['=1+1', '-5', "'quoted", 'a,b', 'say "hi"', '007'];
    await writeTable(file, [
      { name: 'user_id', type: 'text', values: ids },
      { name: 'score', type: 'number', values: ids.map((_, i) => -i / 3) },
    ]);
    expect(readFileSync(file, 'utf8')).not.toMatch(/^[=@]/m);
    const { list } = await readIdList(file);
    expect(ids.filter((userId) => !list.has({ userId }))).toEqual([]);
  });
});
