import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importFiles } from '../../../electron/services/import/import.js';
import { overviewOf } from '../../../electron/services/import/overview.js';
import { purgeRemoved, removedFiles, removeFile, restoreFile } from '../../../electron/services/import/remove-file.js';
import { seemsSensitive } from '../../../electron/services/import/sensitive.js';
import { findFile } from '../../../electron/services/import/stored-file.js';
import { derive } from '../../../electron/services/index/derive.js';
import { ImportFixture } from './import-fixture.js';

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
});
afterEach(() => fixture.remove());

const lines = Array.from({ length: 40 }, (_, i) => `00${i},${i % 2 ? 'tea' : 'cup'},"1.00${i % 10},50"`);
const bills = (rows: readonly string[]): string => `id,item,amount\n${rows.join('\n')}\n`;

async function change(fileId: number, as: 'replacement' | 'addition', name: string, content: string | Buffer) {
  const kind = fileId === 1 ? 'purchases' : 'profile';
  const path = fixture.write(name, content);
  const [report] = await importFiles(fixture.workspace, [{ kind, path, earlier: { fileId, as } }]);
  return report!;
}
const sorted = async (fileId: number) => fixture.workspace.all(`SELECT * FROM rows_${fileId} ORDER BY ALL`);
const hashes = async () =>
  fixture.workspace.all('SELECT user_id, n, CAST(hash AS VARCHAR) AS h FROM row_hashes ORDER BY ALL');

/** What an import of this content alone leaves. */
async function freshRows(name: string, content: string) {
  const fresh = await ImportFixture.make();
  try {
    await fresh.import('purchases', name, content);
    const h = await fresh.workspace.all('SELECT user_id, n, CAST(hash AS VARCHAR) AS h FROM row_hashes ORDER BY ALL');
    return { rows: await fresh.workspace.all('SELECT * FROM rows_1 ORDER BY ALL'), hashes: h };
  } finally {
    fresh.remove();
  }
}

describe('a new version of a file', () => {
  it('leaves the rows that an import of it alone would, with few changes and with many, in other encodings', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const few = bills([...lines.slice(2), '007,milk,"3,25"', 'new,tea,"9,00"']);
    expect(await change(1, 'replacement', 'bills-2.csv', few)).toMatchObject({
      change: 'replaced',
      fileId: 1,
      read: 40,
      accepted: 40,
      customers: 39,
    });
    expect({ rows: await sorted(1), hashes: await hashes() }).toEqual(await freshRows('bills-2.csv', few));
    const many = bills(lines.map((line) => line.replace('tea', 'thé')));
    await change(1, 'replacement', 'bills-3.csv', Buffer.from(many, 'latin1'));
    expect((await sorted(1)).length).toBe(40);
    expect(await fixture.workspace.all('SELECT id, name FROM source_files')).toEqual([{ id: 1, name: 'bills-3.csv' }]);
  });

  it('that would leave fewer than half of the rows is refused where somebody is to be asked, and changes nothing', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const before = { rows: await sorted(1), hashes: await hashes() };
    const replace = (name: string, rows: string[]) =>
      importFiles(fixture.workspace, [
        {
          kind: 'purchases',
          path: fixture.write(name, bills(rows)),
          earlier: { fileId: 1, as: 'replacement' },
          refuseShrinking: true,
        },
      ]);
    await expect(replace('few.csv', lines.slice(0, 19))).rejects.toMatchObject({
      code: 'replacement-shrinks',
      rowsNow: 40,
      rowsThen: 19,
    });
    // As many lines, of which few can be used.
    const nameless = lines.map((line, at) => (at < 30 ? line.replace(/^\d+/, '') : line));
    await expect(replace('nameless.csv', nameless)).rejects.toMatchObject({ rowsNow: 40, rowsThen: 10 });
    expect({ rows: await sorted(1), hashes: await hashes() }).toEqual(before);
    expect(await fixture.workspace.all('SELECT name, accepted FROM source_files')).toEqual([
      { name: 'bills.csv', accepted: 40 },
    ]);
    expect(await fixture.workspace.all('SELECT * FROM rejects')).toEqual([]);
    expect(await replace('half.csv', lines.slice(0, 20))).toMatchObject([{ change: 'replaced', accepted: 20 }]);
  });

  it('may write the same id in several ways', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const spelt = bills([
      ...lines.slice(1),
      ' 000 ,cup,"1.000,50"',
      '"003",tea,"2,00"',
      '\'=1,tea,"2,00"',
      '=1,tea,"3,00"',
    ]);
    expect(await change(1, 'replacement', 'bills-2.csv', spelt)).toMatchObject({
      read: 43,
      accepted: 43,
      customers: 41,
    });
    expect({ rows: await sorted(1), hashes: await hashes() }).toEqual(await freshRows('bills-2.csv', spelt));
    const back = bills([...lines].reverse());
    expect(await change(1, 'replacement', 'bills-3.csv', back)).toMatchObject({ read: 40, customers: 40 });
    expect({ rows: await sorted(1), hashes: await hashes() }).toEqual(await freshRows('bills-3.csv', back));
  });

  it('types the rows of the customers who changed alone', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    await fixture.workspace.run("UPDATE rows_1 SET c2 = 'kept'");
    await change(1, 'replacement', 'bills-2.csv', bills(['007,milk,"3,25"', ' 0012 ,milk,"3,25"', ...lines]));
    const read = await fixture.workspace.all("SELECT DISTINCT user_id FROM rows_1 WHERE c2 <> 'kept' ORDER BY ALL");
    expect(read).toEqual([{ user_id: '0012' }, { user_id: '007' }]);
  });

  it('that begins with the earlier content leaves what an import of it alone would, and only the rest is read', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const more = [...lines, '007,milk,"3,25"', '007,milk,"3,25"', '0012,"green\ntea","2,00"'];
    expect(await change(1, 'replacement', 'bills-2.csv', bills(more))).toMatchObject({
      change: 'replaced',
      read: 43,
      accepted: 43,
      customers: 40,
    });
    expect({ rows: await sorted(1), hashes: await hashes() }).toEqual(await freshRows('bills-2.csv', bills(more)));
    await fixture.workspace.run("UPDATE rows_1 SET c2 = 'kept'");
    const whole = `${bills([...more, 'new,tea,"9,00"'])}\n\n`;
    expect(await change(1, 'replacement', 'bills-3.csv', whole)).toMatchObject({ read: 44, accepted: 44 });
    expect(await hashes()).toEqual((await freshRows('bills-3.csv', whole)).hashes);
    const read = await fixture.workspace.all("SELECT user_id FROM rows_1 WHERE c2 <> 'kept'");
    expect(read).toEqual([{ user_id: 'new' }]);
    const files = await fixture.workspace.all('SELECT name, read_rows, bytes FROM source_files');
    expect(files).toEqual([{ name: 'bills-3.csv', read_rows: 44, bytes: Buffer.byteLength(whole) }]);
  });

  it('that adds rows which cannot be used, or in another encoding, is read as a whole', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const odd = await change(1, 'replacement', 'bills-2.csv', bills([...lines, 'new,tea,nine', 'new,tea,"9,00"']));
    expect(odd).toMatchObject({ read: 42, accepted: 41, rejected: 1 });
    expect((await fixture.rejects()).map(({ line }) => line)).toEqual([42]);
    await change(1, 'replacement', 'bills-3.csv', bills(lines));
    await change(1, 'replacement', 'bills-4.csv', Buffer.from(bills([...lines, 'new,thé,"9,00"']), 'latin1'));
    expect(await fixture.workspace.all("SELECT c2 FROM rows_1 WHERE user_id = 'new'")).toEqual([{ c2: 'thé' }]);
    expect(await fixture.rejects()).toEqual([]);
  });

  it('with rejected rows is counted like any file', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const broken = await change(1, 'replacement', 'bills-2.csv', bills([...lines, '003,tea', ',tea,"1,00"']));
    expect(broken).toMatchObject({ read: 42, accepted: 40, rejected: 2 });
    expect((await fixture.rejects()).map(({ line }) => line)).toEqual([42, 43]);
    expect(await change(1, 'replacement', 'bills-3.csv', bills(lines.slice(1)))).toMatchObject({
      read: 39,
      rejected: 0,
    });
    expect(await fixture.rejects()).toEqual([]);
  });

  it('keeps the roles that a person set, and takes other columns', async () => {
    const roles = { mapping: { 'bills.csv': { columns: { item: 'ignore' } } } } as const;
    await fixture.import('purchases', 'bills.csv', bills(lines), roles);
    const wider = `id,item,amount,shop\n${lines.map((line) => `${line},north`).join('\n')}\n`;
    const { columns } = await change(1, 'replacement', 'bills.csv', wider);
    expect(columns.map(({ role }) => role)).toEqual(['id', 'ignore', 'number', 'text']);
  });

  it('of another kind, or of no file, is refused and changes nothing', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const before = await sorted(1);
    const path = fixture.write('other.csv', 'id,age\n001,4\n');
    const earlier = (fileId: number) => ({ fileId, as: 'replacement' as const });
    await expect(
      importFiles(fixture.workspace, [{ kind: 'profile', path, earlier: earlier(1) }]),
    ).rejects.toMatchObject({ code: 'kind-differs' });
    await expect(
      importFiles(fixture.workspace, [{ kind: 'profile', path, earlier: earlier(9) }]),
    ).rejects.toMatchObject({ code: 'source-missing' });
    expect(await sorted(1)).toEqual(before);
  });

  it('of labels replaces them', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    await fixture.import('labels', 'out.csv', 'id,bought\n001,1\n002,0\n');
    const path = fixture.write('out.csv', 'id,bought\n001,0\n003,1\n004,1\n');
    await importFiles(fixture.workspace, [{ kind: 'labels', path, earlier: { fileId: 2, as: 'replacement' } }]);
    expect(await fixture.workspace.all('SELECT user_id, value FROM labels ORDER BY user_id')).toEqual([
      { user_id: '001', value: 0 },
      { user_id: '003', value: 1 },
      { user_id: '004', value: 1 },
    ]);
  });
});

describe('rows added to a file', () => {
  it('count with the others; the same content a second time is noticed', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    const more = ['007,milk,"3,25"', '007,milk,"3,25"', 'new,tea,"9,00"', 'new,tea,nine'];
    expect(await change(1, 'addition', 'more.csv', bills(more))).toMatchObject({
      change: 'added',
      read: 4,
      accepted: 3,
      rejected: 1,
    });
    const whole = bills([...lines, ...more]);
    expect({ rows: await sorted(1), hashes: await hashes() }).toEqual(await freshRows('bills.csv', whole));
    expect((await change(1, 'addition', 'again.csv', bills(more))).change).toBe('unchanged');
    expect(await fixture.workspace.all('SELECT read_rows, accepted, rejected, duplicates FROM source_files')).toEqual([
      { read_rows: 44, accepted: 43, rejected: 1, duplicates: 0 },
    ]);
  });

  it('replace those of the same customer in a profile', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    await fixture.import('profile', 'people.csv', 'id,town\n001,Ulm\n002,Bonn\n');
    await change(2, 'addition', 'moved.csv', 'id,town\n002,Kiel\n003,Jena\n');
    expect(await sorted(2)).toEqual([
      { user_id: '001', c2: 'Ulm' },
      { user_id: '002', c2: 'Kiel' },
      { user_id: '003', c2: 'Jena' },
    ]);
  });

  it('must have the same columns', async () => {
    await fixture.import('purchases', 'bills.csv', bills(lines));
    await expect(change(1, 'addition', 'more.csv', 'id,amount\n001,4\n')).rejects.toMatchObject({
      code: 'columns-differ',
    });
  });
});

describe('a deleted file', () => {
  it('is gone everywhere, comes back as it was, and is purged for good', async () => {
    const { workspace } = fixture;
    await fixture.import('purchases', 'bills.csv', bills(lines));
    await fixture.import('profile', 'people.csv', 'id,town\n001,Ulm\n002,Bonn\n');
    await fixture.import('labels', 'out.csv', 'id,bought\n001,1\n002,0\n');
    await derive(workspace);
    await removeFile(workspace, await findFile(workspace, 'people.csv'));
    await removeFile(workspace, await findFile(workspace, 'out.csv'));
    const { sources, removed } = await overviewOf(workspace);
    expect(sources.map(({ name }) => name)).toEqual(['bills.csv']);
    expect(removed.map(({ name }) => name).sort()).toEqual(['out.csv', 'people.csv']);
    expect(await workspace.all('FROM labels')).toEqual([]);
    for (const { fileId } of await removedFiles(workspace)) await restoreFile(workspace, fileId);
    expect(await workspace.all('SELECT user_id FROM labels ORDER BY user_id')).toHaveLength(2);
    // Nothing has to be derived again after an undo.
    expect((await derive(workspace)).derived).toBe(false);
    await removeFile(workspace, 2);
    await derive(workspace);
    expect(await workspace.all("FROM strings WHERE text LIKE 'town%'")).toEqual([]);
    expect(await purgeRemoved(workspace)).toBe(1);
    expect(await workspace.one("SELECT 1 AS one FROM duckdb_tables() WHERE table_name = 'rows_2'")).toBeUndefined();
    await expect(restoreFile(workspace, 2)).rejects.toMatchObject({ code: 'removed-missing' });
  });

  it('may be imported again, and does not come back a second time', async () => {
    const { workspace } = fixture;
    await fixture.import('purchases', 'bills.csv', bills(lines));
    await change(1, 'addition', 'more.csv', bills(['new,tea,"9,00"']));
    await removeFile(workspace, 1);
    expect(await fixture.import('purchases', 'more.csv', bills(['new,tea,"9,00"']))).toMatchObject({ change: 'new' });
    await restoreFile(workspace, 1);
    await removeFile(workspace, 2);
    expect(await fixture.import('purchases', 'more2.csv', bills(['new,cup,"8,00"', '003,tea,"9,00"']))).toMatchObject({
      fileId: 3,
    });
    await fixture.import('purchases', 'more3.csv', bills(['new,cup,"7,00"']));
    await removeFile(workspace, 4);
    await fixture.import('purchases', 'more4.csv', bills(['new,cup,"7,00"']));
    await expect(restoreFile(workspace, 4)).rejects.toMatchObject({ code: 'removed-again' });
  });
});

describe('sensitive columns', () => {
  it('are proposed by their names', () => {
    for (const name of ['age', 'Age band', 'birth_year', 'Gender', 'maritalStatus', 'ETHNICITY', 'native-country'])
      expect(seemsSensitive(name), name).toBe(true);
    for (const name of ['page', 'message', 'average', 'sector', 'racecourse', 'package', 'usage', 'amount'])
      expect(seemsSensitive(name), name).toBe(false);
  });

  it('are kept, and never become strings', async () => {
    const people = 'id,gender,town\n001,f,Ulm\n002,m,Bonn\n003,f,Ulm\n';
    const { columns } = await fixture.import('profile', 'people.csv', people, { sensitive: ['gender'] });
    expect(columns.map(({ role }) => role)).toEqual(['id', 'sensitive', 'text']);
    expect(await fixture.workspace.all('SELECT user_id, c2 FROM rows_1 ORDER BY user_id LIMIT 1')).toEqual([
      { user_id: '001', c2: 'f' },
    ]);
    await derive(fixture.workspace);
    const texts = await fixture.workspace.all<{ text: string }>('SELECT text FROM strings ORDER BY string');
    expect(texts.map(({ text }) => text)).toEqual(['town: Bonn', 'town: Ulm']);
  });

  it('must be columns of a file', async () => {
    const work = fixture.import('profile', 'people.csv', 'id,town\n001,Ulm\n', { sensitive: ['gender'] });
    await expect(work).rejects.toMatchObject({ code: 'unknown-column' });
  });
});

describe('a mapping', () => {
  it('that speaks of a file which is not imported is refused', async () => {
    const mapping = { 'peple.csv': { columns: { town: 'text' as const } } };
    const work = fixture.import('profile', 'people.csv', 'id,town\n001,Ulm\n', { mapping });
    await expect(work).rejects.toMatchObject({ code: 'mapping-unused', place: { file: 'peple.csv' } });
  });
});

it('the real sample replaced by itself with one row less changes one customer', async () => {
  const sample = gunzipSync(readFileSync(join(import.meta.dirname, '../../../sample/transactions.csv.gz'))).toString();
  await fixture.import('purchases', 'all.csv', sample);
  const before = new Map((await hashes()).map(({ user_id, h }) => [user_id, h]));
  const rows = sample.trimEnd().split('\n');
  const gone = rows.splice(5000, 1)[0]!;
  expect((await change(1, 'replacement', 'all.csv', `${rows.join('\n')}\n`)).read).toBe(rows.length - 1);
  const changed = (await hashes()).filter(({ user_id, h }) => before.get(user_id) !== h);
  expect(changed.map(({ user_id }) => user_id)).toEqual([gone.split(',')[0]]);
});
