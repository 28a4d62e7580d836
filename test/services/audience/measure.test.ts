import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureCampaign, qini, readOutcomes } from '../../../electron/services/audience/measure.js';
import { expectSame, statistics } from '../evaluate/fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'measure-'));

async function outcomes(content: string, column?: string) {
  const path = join(folder, 'outcomes.csv');
  writeFileSync(path, content);
  return readOutcomes(path, column);
}

describe('the Qini curve', () => {
  it('follows its definition', () => {
    const { scores, treated, outcome, gains, coefficient } = statistics.qini;
    const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
    const results = Float64Array.from(order, (i) => outcome[i]!);
    const held = order.map((i) => 1 - treated[i]!);
    const curve = qini(results, held, scores.length);
    const allTreated = treated.reduce((a, b) => a + b, 0);
    curve.points.forEach((point, k) => expectSame(point.gain * allTreated, gains[k]!));
    expectSame(curve.coefficient, coefficient);
  });
});

describe('reading outcomes', () => {
  it('sums amounts, unites conversions and takes a bare list as converted', async () => {
    const amounts = await outcomes('user_id,spent\n01,2.5\n02,\n01,3\n', 'spent');
    expect([amounts.kind, [...amounts.values]]).toEqual([
      'amount',
      [
        ['01', 5.5],
        ['02', 0],
      ],
    ]);
    const converted = await outcomes('user_id,bought\n01,0\n01,yes\n02,no\n', 'bought');
    expect([converted.kind, [...converted.values]]).toEqual([
      'converted',
      [
        ['01', 1],
        ['02', 0],
      ],
    ]);
    const list = await outcomes('user_id,when\n01,2026-01-01\n');
    expect([...list.values]).toEqual([['01', 1]]);
    const worded = await outcomes('user_id,bought\n01,Y\n02,N\n', 'bought');
    expect([worded.kind, ...worded.values.values()]).toEqual(['converted', 1, 0]);
    const dollars = await outcomes('user_id,spent\n01,$12.50\n02,"$1,200.00"\n03,-\n', 'spent');
    expect([dollars.kind, ...dollars.values.values()]).toEqual(['amount', 12.5, 1200, 0]);
    const european = await outcomes("Kundennummer;spent\n01;1.234,50\n'@x;2,25 €\n", 'spent');
    expect([...european.values]).toEqual([
      ['01', 1234.5],
      ['@x', 2.25],
    ]);
    await expect(outcomes('')).rejects.toMatchObject({ code: 'file-empty' });
    await expect(outcomes('user_id,spent\n01,much\n', 'spent')).rejects.toMatchObject({
      code: 'outcome-value',
      place: { line: 2 },
    });
  });
});

describe('outcomes without a named column', () => {
  it('are those of the only column of labels, which is told', async () => {
    const read = await outcomes('user_id,age,won\n01,31,no\n02,40,yes\n');
    expect([read.column, ...read.values.values()]).toEqual(['won', 0, 1]);
    expect((await outcomes('user_id,won\n01,0\n')).values.get('01')).toBe(0);
  });

  it('are refused where several columns could be meant', async () => {
    await expect(outcomes('user_id,won,opened\n01,0,1\n')).rejects.toMatchObject({ code: 'outcome-unclear' });
  });
});

describe('measuring a campaign', () => {
  const userIds = Array.from({ length: 100 }, (_, i) => `U${i}`);
  const held = userIds.map((_, i) => Number(i % 5 === 0));

  it('compares the treated with the holdout', () => {
    const values = new Map(userIds.filter((_, i) => (held[i] ? i < 20 : i < 50)).map((id) => [id, 1]));
    values.set('stranger', 1);
    const result = measureCampaign({ userIds, held }, { values, kind: 'converted', rows: values.size });
    expect(result.treated).toEqual({ customers: 80, total: 40, mean: 0.5 });
    expect(result.holdout).toEqual({ customers: 20, total: 4, mean: 0.2 });
    expect(result.uplift.value).toBeCloseTo(0.3, 12);
    expect(result.uplift.low).toBeGreaterThan(0);
    expect(result.incremental.value).toBeCloseTo(24, 12);
    expect([result.withoutOutcome, result.outsideAudience]).toEqual([56, 1]);
  });

  it('takes an outcome file without rows for nobody having converted', async () => {
    const nobody = await outcomes('user_id,bought\n', 'bought');
    const result = measureCampaign({ userIds, held }, nobody);
    expect([result.treated.total, result.holdout.total, result.uplift.value]).toEqual([0, 0, 0]);
  });

  it('refuses an audience without holdout, and outcomes of other customers', () => {
    const values = new Map([['U1', 1]]);
    expect(() =>
      measureCampaign({ userIds, held: userIds.map(() => 0) }, { values, kind: 'converted', rows: 1 }),
    ).toThrowError(/0 held out/);
    expect(() =>
      measureCampaign({ userIds, held }, { values: new Map([['x', 1]]), kind: 'converted', rows: 1 }),
    ).toThrowError(/No outcome belongs/);
  });
});
