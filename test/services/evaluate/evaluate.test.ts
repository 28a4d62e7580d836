import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateRankings, readLabels } from '../../../electron/services/evaluate/evaluate.js';
import { readTable } from '../../../electron/services/evaluate/table-file.js';

const folder = mkdtempSync(join(tmpdir(), 'evaluate-'));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('reading labels', () => {
  it('keeps leading zeros, counts duplicates and empty labels, and takes yes/no and 1.0', async () => {
    const path = file('labels.csv', 'user_id,bought\n0012,1\n0013,0\n0012,1.0\n0014,\n0015,no\n"00,16",YES\n');
    const labels = await readLabels(path, 'bought');
    expect([...labels.values]).toEqual([
      ['0012', 1],
      ['0013', 0],
      ['0015', 0],
      ['00,16', 1],
    ]);
    expect(labels).toMatchObject({ rows: 6, duplicates: 1, unlabelled: 1 });
  });

  it('reads semicolons, UTF-16 and Latin-1 alike', async () => {
    const text = 'user_id;gekauft\nMüller;1\nSøren;0\n';
    const utf16 = file('utf16.csv', Buffer.from(`\ufeff${text}`, 'utf16le'));
    const latin1 = file('latin1.csv', Buffer.from(text, 'latin1'));
    for (const path of [utf16, latin1]) {
      expect([...(await readLabels(path, 'gekauft')).values.keys()]).toEqual(['Müller', 'Søren']);
    }
  });

  it('reads back ids that an export protected from spreadsheets', async () => {
    const labels = await readLabels(file('risky.csv', "id,y\n'@user1,1\n'=1+1,0\n't Hooft,0\n"), 'y');
    expect([...labels.values.keys()]).toEqual(['@user1', '=1+1', "'t Hooft"]);
  });

  it.each([
    ['won', 'lost'],
    ['1', '-1'],
    ['churned', 'stayed'],
    ['Converted', 'Not converted'],
    ['responder', 'non-responder'],
    ['Ja', 'Nein'],
    ['oui', 'non'],
    ['Sí', 'no'],
    ['sì', 'no'],
    ['ja', 'nee'],
  ])('takes %s and %s', async (positive, negative) => {
    const labels = await readLabels(file('pair.csv', `id,y\na,${positive}\nb,${negative}\nc,\n`), 'y');
    expect([...labels.values]).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
  });

  it('takes any column whose positive value is named, and names the values where none is', async () => {
    const path = file('tier.csv', 'id,tier\na,Gold\nb,silver\nc,\nd,none\n');
    const labels = await readLabels(path, 'tier', { positive: 'gold' });
    expect([...labels.values.values()]).toEqual([1, 0, 0]);
    await expect(readLabels(path, 'tier', { positive: 'x' })).rejects.toMatchObject({ code: 'labels-positive' });
    await expect(readLabels(file('two.csv', 'id,y\na,gold\nb,tin\n'), 'y')).rejects.toMatchObject({
      message: '"gold" is not a label; the column has "gold" and "tin"',
      remedy: expect.stringContaining('--positive VALUE') as string,
    });
    await expect(readLabels(file('three.csv', 'id,y\na,1\nb,0\nc,-1\n'), 'y')).rejects.toMatchObject({
      code: 'labels-value',
      place: { line: 4 },
    });
  });

  it('names the place of a contradiction and of an unusable label', async () => {
    await expect(readLabels(file('c.csv', 'id,y\na,1\nb,0\na,0\n'), 'y')).rejects.toMatchObject({
      code: 'labels-contradiction',
      place: { line: 4, column: 'y' },
    });
    await expect(readLabels(file('v.csv', 'id,y\na,1\nb,2\n'), 'y')).rejects.toMatchObject({
      code: 'labels-value',
      place: { line: 3 },
    });
  });

  it('names the columns there are when one is missing, and a missing file', async () => {
    const path = file('m.csv', 'id,y\na,1\n');
    await expect(readLabels(path, 'z')).rejects.toMatchObject({
      code: 'column-missing',
      remedy: expect.stringContaining('id, y') as string,
    });
    await expect(readLabels(path, 'y', { wanted: 'kunde' })).rejects.toMatchObject({ code: 'column-missing' });
    await expect(readLabels(file('n.csv', 'a,b\nx,1\n'), 'b')).rejects.toMatchObject({ code: 'id-column-missing' });
    await expect(readTable(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe('evaluating rankings', () => {
  const labels = {
    values: new Map<string, 0 | 1>([
      ['a', 1],
      ['b', 0],
      ['c', 0],
      ['x', 1],
    ]),
    rows: 4,
    duplicates: 0,
    unlabelled: 0,
  };
  const good = [
    { user_id: 'a', score: 3 },
    { user_id: 'b', score: 2 },
    { user_id: 'c', score: 1 },
    { user_id: 'd', score: 0 },
  ];
  const bad = good.map(({ user_id, score }) => ({ user_id, score: -score }));

  it('sets rankings side by side and says who was left out', () => {
    const result = evaluateRankings(
      [
        { name: 'good', scored: good },
        { name: 'bad', scored: bad },
      ],
      labels,
    );
    expect(result.labels).toMatchObject({ customers: 4, unknown: 1, unknownExamples: ['x'], rankedWithoutLabel: 1 });
    expect(result.rankings.map((r) => [r.name, r.metrics.auc.value])).toEqual([
      ['good', 1],
      ['bad', 0],
    ]);
  });

  it('warns where most labelled ids are of nobody', () => {
    const warnings = (scored: typeof good, of = labels) => evaluateRankings([{ name: 'good', scored }], of).warnings;
    expect(warnings(good)).toEqual([]);
    expect(warnings(good.slice(0, 2))).toEqual([]);
    const more = { ...labels, values: new Map([...labels.values, ['z', 0 as const]]) };
    expect(warnings(good.slice(0, 2), more)).toEqual([expect.stringContaining('3 of 5 ids are of no customer')]);
  });

  it('breaks ties by id, whatever the order of the rows', () => {
    const tied = [
      { user_id: 'c', score: 1 },
      { user_id: 'a', score: 1 },
      { user_id: 'b', score: 1 },
    ];
    const [forth, back] = [tied, [...tied].reverse()].map(
      (scored) => evaluateRankings([{ name: 't', scored }], labels).rankings[0]!.gains[0]!,
    );
    expect(forth).toEqual(back);
    expect(forth!.positives).toBe(1);
  });

  it('refuses labels of which no id is ranked, showing one of each', () => {
    const scored = [{ user_id: '7', score: 1 }];
    expect(() => evaluateRankings([{ name: 'r', scored }], labels)).toThrowError(/None of the 4 labelled ids/);
  });
});
