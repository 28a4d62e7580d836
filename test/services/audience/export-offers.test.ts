import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remakeExport } from '../../../electron/services/audience/export.js';
import { readManifest } from '../../../electron/services/audience/manifest.js';
import { column, readTable } from '../../../electron/services/evaluate/table-file.js';
import { exportDesk } from './export-desk.js';
import { makeFixture, type Fixture } from './workspace-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture(200);
});
afterAll(() => fixture.workspace.close());

const { path, write, request, run } = exportDesk(() => fixture);

describe('exporting offers', () => {
  it('writes offer, score and runner-up within the capacities, without suppressed customers', async () => {
    const suppress = write('no.txt', fixture.ids.slice(0, 50).join('\n'));
    const offers = [
      { name: 'tea', instruction: 'buys tea', capacity: 40 },
      { name: 'cake', instruction: 'buys cake' },
      { name: 'cups', instruction: 'buys cups', capacity: 10 },
    ];
    const ask = { offers: { offers, contacts: 100 } };
    const report = await run(
      request('offers.csv', { suppress: [suppress], holdout: { share: 0.1, seed: 'o' } }, { ask }),
    );
    const table = await readTable(report.file);
    expect(table.columns).toEqual(['rank', 'user_id', 'offer', 'score', 'runner_up', 'runner_up_score']);
    expect([table.rows, report.counts.selected, report.counts.suppressed, report.counts.beyondSize]).toEqual([
      90, 100, 50, 50,
    ]);
    const members = await readTable(report.members);
    const given = column(members, 'offer');
    expect([
      given.filter((offer) => offer === 'tea').length <= 40,
      given.filter((offer) => offer === 'cups').length,
    ]).toEqual([true, 10]);
    expect(column(members, 'user_id').filter((id) => fixture.ids.indexOf(id!) < 50)).toEqual([]);
    const again = await remakeExport(fixture.workspace, fixture.rank, report.manifest, path('offers2.csv'));
    expect(readFileSync(again.file).equals(readFileSync(report.file))).toBe(true);
  });

  it('says in report and manifest how they were compared, why, and who got how many', async () => {
    const rows = fixture.ids.map((id, i) => `${id},${Number(i % 4 === 0)}\n`).join('');
    const labels = { file: write('took.csv', `user_id,took\n${rows}`), column: 'took' };
    const [tea, cake] = [
      { name: 'tea', instruction: 'buys tea', capacity: 40, labels },
      { name: 'cake', instruction: 'buys cake' },
    ];
    const told = async (offers: (typeof tea | typeof cake)[]) => {
      const report = await run(request('compared.csv', {}, { ask: { offers: { offers } } }));
      expect(readManifest(report.manifest).offers).toEqual(report.offers);
      return report.offers;
    };
    expect(await told([tea, cake!])).toEqual({
      comparison: 'rank',
      reason: "labels on 1 of 2 offers, so scores are percentiles of each offer's own ranking",
      perOffer: [
        { offer: 'tea', capacity: 40, customers: 40 },
        { offer: 'cake', capacity: null, customers: 160 },
      ],
    });
    expect(await told([tea, { ...cake, labels }])).toMatchObject({
      comparison: 'calibrated',
      reason: expect.stringMatching('every offer') as string,
    });
  });

  it('compares by expected rates, keeps them in the manifest, and makes the same again', async () => {
    const offers = [
      { name: 'tea', instruction: 'buys tea', rate: 0.001 },
      { name: 'cake', instruction: 'buys cake', rate: 0.3 },
    ];
    const report = await run(request('rates.csv', {}, { ask: { offers: { offers } } }));
    expect(report.offers).toMatchObject({ comparison: 'expected', perOffer: [{ customers: 0 }, { customers: 200 }] });
    const manifest = readManifest(report.manifest);
    expect(manifest.ask).toMatchObject({ offers: { offers } });
    const again = await remakeExport(fixture.workspace, fixture.rank, report.manifest, path('rates2.csv'));
    expect(readFileSync(again.file).equals(readFileSync(report.file))).toBe(true);
  });

  it('refuses rules that do not apply, but makes exports of before again', async () => {
    const ask = { offers: { offers: [{ name: 'tea', instruction: 'buys tea' }] } };
    const top = { size: { by: 'top', count: 5 } };
    await expect(run(request('top.csv', top, { ask }))).rejects.toMatchObject({ code: 'offers-rules' });
    const { manifest } = await run(request('before.csv', {}, { ask }));
    const before = JSON.parse(readFileSync(manifest, 'utf8')) as { audience: object };
    write('before.csv.manifest.json', JSON.stringify({ ...before, audience: { ...before.audience, ...top } }));
    expect((await remakeExport(fixture.workspace, fixture.rank, manifest, path('after.csv'))).customers).toBe(200);
  });
});
