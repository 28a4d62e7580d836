import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ImportFixture } from './import-fixture.js';

/** Real purchases; every kind of damage at a line number of its own. */
const SAMPLE = join(import.meta.dirname, '../../../sample/transactions.csv.gz');
const DAMAGE: { reason: string; count: number; column: string | null; spoil: (line: string) => string }[] = [
  { reason: 'too few cells', count: 40, column: null, spoil: (line) => line.slice(0, line.lastIndexOf(',')) },
  { reason: 'too many cells', count: 30, column: null, spoil: (line) => `${line},1` },
  {
    reason: 'the customer id is missing',
    count: 20,
    column: 'user_id',
    spoil: (line) => line.slice(line.indexOf(',')),
  },
  { reason: 'the cell is not a number', count: 10, column: 'amount', spoil: (line) => `${line}x` },
  {
    reason: 'the cell is not a date',
    count: 5,
    column: 'timestamp',
    spoil: (line) => line.replace(/,\d{4}-\d\d-/, ',2010-13-'),
  },
  { reason: 'a quotation mark is not closed', count: 7, column: null, spoil: (line) => line.replace(/^/, '"x"') },
];

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
});
afterEach(() => fixture.remove());

it('every damaged line of a real file is rejected with its line and reason, and no other', async () => {
  const lines = gunzipSync(readFileSync(SAMPLE)).toString('utf8').trimEnd().split('\n');
  const spoilt = new Map<number, (typeof DAMAGE)[number]>();
  let at = 17;
  for (const kind of DAMAGE) {
    for (let done = 0; done < kind.count; at += 131) {
      // Quoted cells are left alone, so that each line has the one damage that was meant.
      if (lines[at]!.includes('"')) continue;
      lines[at] = kind.spoil(lines[at]!);
      spoilt.set(at + 1, kind);
      done += 1;
    }
  }
  const report = await fixture.import('purchases', 'damaged.csv', `${lines.join('\n')}\n`);
  expect(report).toMatchObject({ read: lines.length - 1, rejected: 112, accepted: lines.length - 113, duplicates: 0 });
  const rejects = await fixture.workspace.all<{ line: number; column_name: string | null; reason: string }>(
    'SELECT line, column_name, reason FROM rejects ORDER BY line',
  );
  expect(rejects.map((reject) => reject.line)).toEqual([...spoilt.keys()].sort((a, b) => a - b));
  for (const reject of rejects) {
    const kind = spoilt.get(reject.line)!;
    expect(reject.reason).toContain(kind.reason);
    expect(reject.column_name).toBe(kind.column);
  }
});
