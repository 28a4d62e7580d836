import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/services/errors.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { literal } from '../../../electron/services/workspace/sql.js';
import { ImportFixture } from './import-fixture.js';

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = await ImportFixture.make();
});
afterEach(() => fixture.remove());

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const NAMES = 'user_id\tname\n001\tÉva\n002\tÖzil\n';

describe('formats and encodings', () => {
  it.each<[string, string | Buffer]>([
    ['comma.csv', NAMES.replaceAll('\t', ',')],
    ['tab.tsv', NAMES],
    ['semicolon.csv', NAMES.replaceAll('\t', ';')],
    ['pipe.txt', NAMES.replaceAll('\t', '|')],
    ['bom.csv', `\ufeff${NAMES}`],
    ['windows-lines.csv', NAMES.replaceAll('\n', '\r\n')],
    ['old-mac-lines.csv', NAMES.replaceAll('\n', '\r')],
    ['no-last-newline.csv', NAMES.trimEnd()],
    ['gzip.csv.gz', gzipSync(NAMES)],
    ['utf16le.csv', utf16(NAMES)],
    ['utf16be.csv', utf16(NAMES).swap16()],
    ['utf16-no-bom.csv', Buffer.from(NAMES, 'utf16le')],
    ['latin1.csv', Buffer.from(NAMES, 'latin1')],
    ['latin1.csv.gz', gzipSync(Buffer.from(NAMES, 'latin1'))],
  ])('%s', async (name, content) => {
    const report = await fixture.import('profile', name, content);
    expect(report).toMatchObject({ read: 2, accepted: 2, rejected: 0, duplicates: 0, customers: 2 });
    expect(await fixture.rows(report.fileId)).toEqual([
      { user_id: '001', c2: 'Éva' },
      { user_id: '002', c2: 'Özil' },
    ]);
  });

  it('reads the signs of Windows-1252 in the header as in the rows', async () => {
    const content = Buffer.from('user_id;Umsatz (\x80);Ort\n1;5;Bad \x96 Ems\n', 'latin1');
    const report = await fixture.import('profile', 'euro.csv', content);
    expect(report.columns.map(({ name }) => name)).toEqual(['user_id', 'Umsatz (€)', 'Ort']);
    expect(await fixture.rows(report.fileId)).toMatchObject([{ c3: 'Bad – Ems' }]);
  });

  it.each(['{"user_id":1,"item":"tea"}\n{"user_id":2,"item":"cake"}', '[\n  {"user_id": 1}\n]'])(
    'says that %j is JSON',
    async (content) => {
      await expect(fixture.import('purchases', 'rows.json', content)).rejects.toMatchObject({ code: 'file-not-table' });
    },
  );

  it('finds Latin-1 letters that come after a plain head', async () => {
    const head = Array.from({ length: 40_000 }, (_, i) => `u${i},name${i}\n`).join('');
    const content = Buffer.concat([Buffer.from(`user_id,name\n${head}`), Buffer.from('last,Éva\n', 'latin1')]);
    const report = await fixture.import('profile', 'late.csv', content);
    expect(report).toMatchObject({ read: 40_001, rejected: 0 });
    expect((await fixture.rows(report.fileId)).at(-1)).toMatchObject({ user_id: 'last', c2: 'Éva' });
  });

  it('reads Parquet, ids as text and dates as times', async () => {
    const path = join(fixture.folder, 'p.parquet');
    await fixture.workspace.run(
      `COPY (SELECT 7 AS customer_id, DATE '2026-01-02' AS day, 1.5 AS amount) TO ${literal(path)} (FORMAT parquet)`,
    );
    const [report] = await importFiles(fixture.workspace, [{ kind: 'purchases', path }]);
    expect(report!.columns.map((column) => column.role)).toEqual(['id', 'time', 'number']);
    expect(await fixture.rows(1)).toEqual([{ user_id: '7', c2: new Date('2026-01-02'), c3: 1.5 }]);
  });

  it('keeps line breaks and doubled quotation marks inside quotes', async () => {
    const report = await fixture.import('profile', 'q.csv', 'user_id,note\n1,"two\nlines"\n2,"say ""hi"""\n');
    expect((await fixture.rows(report.fileId)).map((row) => row['c2'])).toEqual(['two\nlines', 'say "hi"']);
  });
});

describe('files that cannot be imported', () => {
  it.each<[string, string | Buffer, string]>([
    ['empty.csv', '', 'file-empty'],
    ['header.csv', 'user_id,n\n', 'file-no-rows'],
    ['binary.csv', Buffer.from([1, 2, 0, 0, 0, 5, 6, 7, 8, 0, 0, 1]), 'file-binary'],
    ['broken.csv.gz', Buffer.from([0x1f, 0x8b, 7, 7, 7, 7, 7, 7]), 'file-binary'],
    ['broken.parquet', 'PAR1 but nothing else', 'file-binary'],
    ['no-id.csv', 'colour,size\nred,1\nblue,2\n', 'no-id-column'],
    ['ragged.csv', 'user_id,n,m\n1,2\n2,3,4,5\n', 'file-no-usable-rows'],
  ])('%s is refused, and nothing is kept', async (name, content, code) => {
    const error = await fixture.import('profile', name, content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code, place: { file: join(fixture.folder, name) } });
    expect((error as AppError).remedy).not.toBe('');
    expect(await fixture.workspace.all('SELECT * FROM source_files')).toEqual([]);
    expect(await fixture.rejects()).toEqual([]);
  });

  it('a missing file is named', async () => {
    const work = importFiles(fixture.workspace, [{ kind: 'profile', path: join(fixture.folder, 'none.csv') }]);
    await expect(work).rejects.toMatchObject({ code: 'file-missing' });
  });
});
