import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BINS, evenEdges, histogramsOf, logEdges } from '../../../electron/services/import/histogram.js';
import { ImportFixture } from './import-fixture.js';

const sample = join(import.meta.dirname, '../../../sample');

describe('histograms of the numbers of a file', () => {
  let fixture: ImportFixture;
  beforeEach(async () => {
    fixture = await ImportFixture.make();
  });
  afterEach(() => fixture.remove());

  const people = (cells: readonly (number | string)[]): string =>
    `user_id,x\n${cells.map((cell, at) => `c${at},${cell}`).join('\n')}\n`;
  async function ofCells(cells: readonly (number | string)[]) {
    const { fileId } = await fixture.import('profile', 'people.csv', people(cells), {
      mapping: { 'people.csv': { columns: { user_id: 'id', x: 'number' } } },
    });
    return (await histogramsOf(fixture.workspace, fileId))[0];
  }

  it('counts every row of the sample once, money and quantities on a logarithmic axis', async () => {
    const { fileId, accepted } = await fixture.import(
      'purchases',
      'transactions.csv.gz',
      readFileSync(join(sample, 'transactions.csv.gz')),
    );
    const histograms = await histogramsOf(fixture.workspace, fileId);
    const columns = await fixture.workspace.all<{ name: string; ordinal: number }>(
      `SELECT name, ordinal FROM source_columns WHERE file_id = $1 AND role = 'number' ORDER BY ordinal`,
      [fileId],
    );
    expect(histograms.map(({ column }) => column)).toEqual(columns.map(({ name }) => name));
    expect(histograms.length).toBeGreaterThan(0);
    for (const [at, { bins, filled, empty, isLog, low, high, median }] of histograms.entries()) {
      expect(filled + empty).toBe(accepted);
      expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(filled);
      expect(isLog).toBe(true);
      expect(low <= median && median <= high).toBe(true);
      for (const { from, to, count } of bins.filter((bin) => bin.from > 0 && bin.to < high)) {
        const cell = `c${columns[at]!.ordinal}`;
        const row = await fixture.workspace.one<{ n: number }>(
          `SELECT count(*) AS n FROM rows_${fileId} WHERE ${cell} >= $1 AND ${cell} < $2`,
          [from, to],
        );
        expect(count).toBe(row!.n);
      }
    }
  });

  it('keeps a bin to every whole number where these are few, and tells of empty cells', async () => {
    const children = await ofCells([0, 0, 1, 1, 1, 2, 3, '']);
    expect(children).toEqual({
      column: 'x',
      filled: 7,
      empty: 1,
      low: 0,
      median: 1,
      high: 3,
      isLog: false,
      bins: [
        { from: 0, to: 1, count: 2 },
        { from: 1, to: 2, count: 3 },
        { from: 2, to: 3, count: 1 },
        { from: 3, to: 4, count: 1 },
      ],
    });
  });

  it('gives 0 a bin of its own where the axis is logarithmic', async () => {
    const spend = await ofCells([...Array<number>(50).fill(0), ...Array.from({ length: 40 }, (_, at) => 1.2 ** at)]);
    expect(spend).toMatchObject({ isLog: true, low: 0, median: 0 });
    expect(spend!.bins[0]).toEqual({ from: 0, to: 0, count: 50 });
    // Powers lie evenly on a logarithmic axis.
    expect(spend!.bins.slice(1).map(({ count }) => count)).toEqual(Array<number>(BINS).fill(2));
  });

  it('keeps what was returned apart from what was bought', async () => {
    const amounts = await ofCells([
      ...Array.from({ length: 40 }, (_, at) => 1.2 ** at),
      ...Array.from({ length: 10 }, (_, at) => -(1.2 ** (4 * at))),
    ]);
    expect(amounts).toMatchObject({ isLog: true, low: -(1.2 ** 36) });
    const [below, above] = [amounts!.bins.filter(({ to }) => to < 0), amounts!.bins.filter(({ from }) => from > 0)];
    expect([below.length + above.length, amounts!.bins.length]).toEqual([BINS, BINS]);
    const sum = (bins: typeof below) => bins.reduce((total, { count }) => total + count, 0);
    expect([sum(below), sum(above)]).toEqual([10, 40]);
  });

  it('knows one value only, and no value at all', async () => {
    expect(await ofCells([7, 7, 7])).toMatchObject({ low: 7, high: 7, bins: [{ from: 7, to: 7, count: 3 }] });
    const { fileId } = await fixture.import('profile', 'none.csv', 'user_id,x,y\nc0,,1\nc1,,2\n', {
      mapping: { 'none.csv': { columns: { user_id: 'id', x: 'number', y: 'number' } } },
    });
    expect((await histogramsOf(fixture.workspace, fileId)).map(({ column }) => column)).toEqual(['y']);
  });

  it('has none of labels, and says when the file is gone', async () => {
    const { fileId } = await fixture.import('labels', 'labels.csv', 'user_id,bought\na,1\nb,0\n');
    expect(await histogramsOf(fixture.workspace, fileId)).toEqual([]);
    await expect(histogramsOf(fixture.workspace, 99)).rejects.toMatchObject({ code: 'source-missing' });
  });
});

it('edges ascend from the lowest value and take the highest in', () => {
  const whole = fc.integer({ min: 1, max: 1e6 });
  fc.assert(
    fc.property(whole, whole, fc.boolean(), (low, more, isWhole) => {
      const high = low + more;
      for (const edges of [evenEdges(low, high, isWhole), logEdges(low, high, BINS, isWhole)]) {
        expect(edges[0]).toBe(low);
        expect(edges.at(-1)!).toBeGreaterThanOrEqual(high);
        expect(edges.length).toBeLessThanOrEqual(BINS + 1);
        for (let at = 1; at < edges.length; at++) expect(edges[at]!).toBeGreaterThan(edges[at - 1]!);
      }
    }),
  );
});
