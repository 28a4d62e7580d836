import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RankQuestion } from '../../../electron/services/audience/build.js';
import { exportAudience, remakeExport, type ExportRequest } from '../../../electron/services/audience/export.js';
import { readIdList } from '../../../electron/services/audience/list-file.js';
import { sha256 } from '../../../electron/services/audience/identity.js';
import { membersBeside, readManifest } from '../../../electron/services/audience/manifest.js';
import type { AskSpec } from '../../../electron/services/audience/spec.js';
import { column, readTable } from '../../../electron/services/evaluate/table-file.js';
import { exportDesk } from './export-desk.js';
import { makeFixture, storeScores, wordsOf, type Fixture } from './workspace-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture(200);
});
afterAll(() => fixture.workspace.close());

const { path, write, request, run } = exportDesk(() => fixture);

describe('exporting a ranking', () => {
  it('writes who is to be contacted, keeps the holdout in the members file, and counts both', async () => {
    const report = await run(
      request('plain.csv', {
        size: { by: 'percent', percent: 50 },
        holdout: { share: 0.2, seed: 's' },
        fairness: ['region'],
      }),
    );
    const [exported, members] = [await readTable(report.file), await readTable(report.members)];
    expect(exported.columns).toEqual(['rank', 'user_id', 'score']);
    expect([exported.rows, members.rows, report.counts.holdout]).toEqual([80, 100, 20]);
    const held = column(members, 'user_id').filter((_, i) => column(members, 'group')[i] === 'holdout');
    expect(column(exported, 'user_id').filter((id) => held.includes(id))).toEqual([]);
    expect(column(exported, 'user_id').every((id) => /^0\d{4}$/.test(id!))).toBe(true);
  });

  it('is made again bit for bit from its manifest', async () => {
    const suppress = write(
      'suppress.txt',
      fixture.ids
        .slice(0, 30)
        .map((id) => sha256(id))
        .join('\n'),
    );
    const rules = {
      size: { by: 'top', count: 40 },
      suppress: [suppress],
      cap: { column: 'region', maxShare: 0.4 },
      holdout: { share: 0.1, seed: 'x' },
    };
    for (const [format, name] of [
      ['csv', 'first.csv'],
      ['parquet', 'first.parquet'],
    ] as const) {
      const first = await run(request(name, rules, { format }));
      await expect(remakeExport(fixture.workspace, fixture.rank, first.manifest, path(name))).rejects.toMatchObject({
        code: 'export-itself',
      });
      const again = await remakeExport(fixture.workspace, fixture.rank, first.manifest, path(`again-${name}`));
      for (const file of ['file', 'members'] as const) {
        expect(readFileSync(again[file]).equals(readFileSync(first[file]))).toBe(true);
      }
    }
    const manifest = readManifest(path('first.csv.manifest.json'));
    expect(manifest.audience.suppress).toEqual(['suppress.txt']);
    expect(manifest.counts).toMatchObject({ ranked: 200, suppressed: 30, selected: 40, holdout: 4, treated: 36 });
  });

  it('says what came of its lists, also in the manifest, and warns of one that fits nobody', async () => {
    const [some, nobody] = [write('some.txt', fixture.ids.slice(0, 3).join('\n')), write('nobody.txt', 'X1\nX2\n')];
    const report = await run(request('lists.csv', { suppress: [some, nobody] }));
    expect(report.lists.map(({ entries, matched }) => [entries, matched])).toEqual([
      [3, 3],
      [2, 0],
    ]);
    expect(report.warnings).toEqual([expect.stringContaining('nobody.txt fits no customer')]);
    expect(readManifest(report.manifest).lists).toEqual([
      { rule: 'suppress', file: 'some.txt', entries: 3, matched: 3 },
      { rule: 'suppress', file: 'nobody.txt', entries: 2, matched: 0 },
    ]);
  });

  it('says which values a consent column holds when nobody is left', async () => {
    await expect(run(request('x.csv', { consent: { column: 'region' } }))).rejects.toMatchObject({
      code: 'export-empty',
      remedy: expect.stringContaining('it holds "north" (100)'),
    });
  });

  it('says when a list or the ranking has changed since', async () => {
    const exclude = write('exclude.csv', 'user_id,why\n00001,x\n');
    const first = await run(request('changing.csv', { exclude: [exclude] }));
    const other = {
      ...fixture,
      rank: (ask: AskSpec) => fixture.rank({ instruction: `${wordsOf(ask)}!` }, undefined as never),
    };
    await expect(remakeExport(fixture.workspace, other.rank, first.manifest, path('o.csv'))).rejects.toMatchObject({
      code: 'export-ranking-changed',
    });
    write('exclude.csv', 'user_id,why\n00002,x\n');
    await expect(remakeExport(fixture.workspace, fixture.rank, first.manifest, path('o.csv'))).rejects.toMatchObject({
      code: 'export-input-changed',
    });
  });

  it('is made again by the fit that ranked, whichever is in use, as long as it is there', async () => {
    const { workspace } = fixture;
    await workspace.run(
      `INSERT INTO fits (fit_id, state, plan, index_fingerprint, model, started_at, seconds, step, curve, hash)
       SELECT n, 'kept', '{}', '', '', now()::TIMESTAMP, 1, 1, '[]', 'hash-fit-' || n FROM range(1, 3) r(n)`,
    );
    const by =
      (own: number | 'none'): RankQuestion =>
      async (ask, _task, fit = own) => {
        const id = await storeScores(workspace, `${wordsOf(ask)} ${fit}`, 200);
        await workspace.run('UPDATE rankings SET model = $2, instruction = $3 WHERE id = $1', [
          id,
          fit === 'none' ? 'm (shipped)' : `m (hash-fit-${fit})`,
          wordsOf(ask),
        ]);
        return id;
      };
    const remake = (manifest: string) => remakeExport(workspace, by(2), manifest, path('again.csv'));
    const [none, first] = [
      await exportAudience(workspace, by('none'), request('none.csv', {})),
      await exportAudience(workspace, by(1), request('fit.csv', {})),
    ];
    const fits = [none, first].map(({ manifest }) => readManifest(manifest).rankings[0]!.fit);
    expect(fits).toEqual(['none', 1]);
    await remake(none.manifest);
    await remake(first.manifest);
    await workspace.run('UPDATE fits SET deleted_at = now()::TIMESTAMP WHERE fit_id = 1');
    await expect(remake(first.manifest)).rejects.toMatchObject({
      code: 'export-fit-deleted',
      remedy: expect.stringMatching('fits --restore 1') as string,
    });
    const old = JSON.parse(readFileSync(none.manifest, 'utf8')) as { rankings: { fit?: unknown }[] };
    delete old.rankings[0]!.fit;
    write('old.csv.manifest.json', JSON.stringify(old));
    const own = await remakeExport(workspace, by('none'), path('old.csv.manifest.json'), path('again.csv'));
    expect(own.customers).toBe(200);
  });

  it('keeps to the version of a tuned instruction, whatever comes after it', async () => {
    const tune = (version: number) =>
      fixture.workspace.run(
        `INSERT INTO instructions (id, name, version, instruction, detail, created_at, model)
         VALUES ($1, 'south', $1, 'travels', '{}', now()::TIMESTAMP, 'm')`,
        [version],
      );
    await tune(1);
    const offers = [
      { name: 'a', tuned: 'south' },
      { name: 'b', instruction: 'buys tea' },
    ];
    const asks: ExportRequest['ask'][] = [
      { target: { tuned: 'south' } },
      { target: { instructions: { s: { tuned: 'south' } }, combine: { not: { ranking: 's' } } } },
      { offers: { offers } },
    ];
    const made = [];
    for (const [at, ask] of asks.entries()) made.push(await run(request(`tuned${at}.csv`, {}, { ask })));
    await tune(2);
    expect(readManifest(made[0]!.manifest).ask).toEqual({ target: { tuned: 'south@1' } });
    for (const { manifest } of made)
      await remakeExport(fixture.workspace, fixture.rank, manifest, path('tuned-again.csv'));
    await expect(run(request('no.csv', {}, { ask: { target: { tuned: 'north' } } }))).rejects.toMatchObject({
      code: 'tuned-missing',
    });
  });

  it('finds its members again, and only as they were exported', async () => {
    const { manifest, members } = await run(request('proof.csv', { holdout: { share: 0.5, seed: 's' } }));
    expect(membersBeside(manifest, readManifest(manifest))).toBe(members);
    writeFileSync(members, readFileSync(members, 'utf8').replace('holdout', 'treated'));
    expect(() => membersBeside(manifest, readManifest(manifest))).toThrowError(/not as it was exported/);
    rmSync(members);
    expect(() => membersBeside(manifest, readManifest(manifest))).toThrowError(/not beside the manifest/);
  });

  it('serves as an exclude list or a frequency list later, the holdout not counting as contacted', async () => {
    const first = await run(
      request('wave1.csv', { size: { by: 'top', count: 50 }, holdout: { share: 0.5, seed: 's' } }),
    );
    expect((await readIdList(first.members)).rows).toBe(25);
    const second = await run(request('wave2.csv', { frequency: { earlier: [first.members], atMost: 1 } }));
    expect(second.counts.contactedTooOften).toBe(25);
    expect(second.customers).toBe(175);
  });

  it('takes the top where instructions agree', async () => {
    const target = {
      instructions: { tea: { instruction: 'buys tea' }, cake: { instruction: 'buys cake' } },
      combine: { and: [{ ranking: 'tea' }, { not: { ranking: 'cake' } }] },
    };
    const report = await run(request('both.csv', { size: { by: 'top', count: 10 } }, { ask: { target } }));
    expect(report.customers).toBe(10);
    expect(readManifest(report.manifest).rankings.map((ranking) => ranking.name)).toEqual(['tea', 'cake']);
  });

  it('finds the most profitable size from labels', async () => {
    const labels = write(
      'labels.csv',
      `user_id,y\n${fixture.ids.map((id, i) => `${id},${Number(i % 4 === 0)}\n`).join('')}`,
    );
    const size = { by: 'value', valuePerConversion: 100, costPerContact: 1, budget: 30 };
    const report = await run(request('value.csv', { size, labels: { file: labels, column: 'y' } }));
    expect(report.customers).toBe(30);
  });

  it('refuses an empty audience and a name that does not fit the format', async () => {
    await expect(run(request('none.csv', { size: { by: 'score', atLeast: 2 } }))).rejects.toMatchObject({
      code: 'export-empty',
      remedy: expect.stringContaining('beyondSize 200') as string,
    });
    await expect(run(request('x.csv', {}, { format: 'parquet' }))).rejects.toMatchObject({ code: 'export-ending' });
    await expect(run(request('x.csv', { suppress: [path('nothing.txt')] }))).rejects.toMatchObject({
      code: 'file-missing',
    });
  });
});

describe('exporting for platforms', () => {
  const contacts = () =>
    write(
      'contacts.csv',
      `user_id,Email,Phone,First Name,Last Name,City,Zip,Country\n${fixture.ids
        .map((id, i) =>
          i === 0
            ? `${id},,,,,,,\n`
            : i === 1
              ? `${id},${sha256('done@example.com').toUpperCase()},,,,,,\n`
              : `${id},Cust.${id}+x@Gmail.com,(650)555-${1000 + i},Mary,O'Neil,New York,94035-1234,United States\n`,
        )
        .join('')}`,
    );

  it('writes Google Customer Match', async () => {
    const report = await run(request('google.csv', { customers: { file: contacts() } }, { format: 'google' }));
    expect(readFileSync(report.file, 'utf8').split('\n')[0]).toBe('Email,Phone,First Name,Last Name,Country,Zip');
    expect(report.platform).toEqual({ customers: 199, unmatchable: 1, unusable: {} });
    const table = await readTable(report.file);
    const emails = new Set(column(table, 'Email'));
    expect(emails.has(sha256('done@example.com'))).toBe(true);
    expect(emails.has(sha256(`cust${fixture.ids[5]}@gmail.com`))).toBe(true);
    expect(column(table, 'Phone')).toContain(sha256('+16505551005'));
    expect(column(table, 'Last Name')).toContain(sha256("o'neil"));
    expect(new Set(column(table, 'Country'))).toEqual(new Set(['US', null]));
    expect(new Set(column(table, 'Zip'))).toEqual(new Set(['94035-1234', null]));
  });

  it('writes a Meta custom audience, everything hashed', async () => {
    const report = await run(request('meta.csv', { customers: { file: contacts() } }, { format: 'meta' }));
    const table = await readTable(report.file);
    expect(table.columns).toEqual(['email', 'phone', 'fn', 'ln', 'ct', 'st', 'zip', 'country']);
    expect(column(table, 'email')).toContain(sha256(`cust.${fixture.ids[5]}+x@gmail.com`));
    expect(column(table, 'phone')).toContain(sha256('16505551005'));
    for (const [name, text] of [
      ['fn', 'mary'],
      ['ln', 'oneil'],
      ['ct', 'newyork'],
      ['zip', '94035'],
      ['country', 'us'],
    ] as const) {
      expect(new Set(column(table, name))).toEqual(new Set([sha256(text), null]));
    }
  });

  it('suppresses by the hashed email of a contact file', async () => {
    const list = write('optout.csv', `hash\n${sha256(`cust${fixture.ids[7]}@gmail.com`)}\n`);
    const report = await run(request('s.csv', { customers: { file: contacts() }, suppress: [list] }));
    expect(report.counts.suppressed).toBe(1);
    expect(column(await readTable(report.file), 'user_id')).not.toContain(fixture.ids[7]);
  });

  it('takes an earlier upload file as a list, by its hashed emails and phones', async () => {
    const customers = { file: contacts() };
    const first = await run(request('g1.csv', { size: { by: 'top', count: 20 }, customers }, { format: 'google' }));
    const second = await run(request('g2.csv', { exclude: [first.file], customers }));
    expect(second.counts.excluded).toBe(first.customers);
  });

  it('asks for contact data where there is none', async () => {
    await expect(run(request('g.csv', {}, { format: 'google' }))).rejects.toMatchObject({ code: 'contacts-missing' });
  });
});
