import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAudience, rankTarget, type BuiltAudience } from '../../../electron/services/audience/build.js';
import { sha256 } from '../../../electron/services/audience/identity.js';
import { audienceSpec } from '../../../electron/services/audience/spec.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { makeFixture, type Fixture } from './workspace-fixture.js';

let fixture: Fixture;
let customers: { file: string };
beforeAll(async () => {
  fixture = await makeFixture(100);
  const flags = write('flags.csv', ['user_id,complains', ...fixture.ids.map((id, i) => `${id},${Number(i < 21)}`)]);
  await importFiles(fixture.workspace, [{ kind: 'profile', path: flags }]);
  const rows = fixture.ids.map(
    (id, i) => `${id},u${i}@x.de,0171 20000${String(i).padStart(2, '0')},0172 ${id}99,${i}.0`,
  );
  customers = { file: write('contacts.csv', ['user_id,email,phone,mobile,visits', ...rows]) };
});
afterAll(() => fixture.workspace.close());

function write(name: string, lines: readonly string[]): string {
  const file = join(fixture.folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

async function build(rules: object): Promise<BuiltAudience> {
  const target = await rankTarget(fixture.workspace, fixture.rank, { instruction: 'buys tea' });
  return buildAudience(fixture.workspace, target, audienceSpec.parse(rules));
}

/** Customers that a list of these lines keeps out. */
async function suppressed(lines: readonly string[], rules: object = {}): Promise<number> {
  const list = write('list.csv', lines);
  return (await build({ customers, suppress: [list], ...rules })).audience.counts.suppressed;
}

describe('suppression', () => {
  const national = [1, 2, 3, 4, 5].map((i) => `0171 200000${i}`);
  const international = [1, 2, 3, 4, 5].map((i) => `+49171200000${i}`);

  it('never lets a phone through, whatever its spelling', async () => {
    const country = { defaultCountry: 'DE' };
    expect(await suppressed(national)).toBe(5);
    expect(await suppressed(national, country)).toBe(5);
    expect(await suppressed(international)).toBe(5);
    expect(await suppressed(international, country)).toBe(5);
    expect(await suppressed(international.map(sha256), country)).toBe(5);
  });

  it('knows customers by all their phone columns', async () => {
    expect(await suppressed(['phone', `0172 ${fixture.ids[8]!}99`], { defaultCountry: 'DE' })).toBe(1);
  });

  it('takes every id, email and phone of a row', async () => {
    const rows = [
      'user_id,email,phone',
      '9991,u2@x.de,',
      '9992,,0171 2000003',
      `${fixture.ids[4]!},u4@x.de,`,
      ',U5@X.de,',
    ];
    expect(await suppressed(rows)).toBe(4);
    expect(await suppressed(['Kunde;e-mail', '9991;u2@x.de', '9992;u3@x.de'])).toBe(2);
  });
});

describe('consent', () => {
  it('reads the whole numbers of an imported column as they were written', async () => {
    const { audience, warnings } = await build({ consent: { column: 'complains' } });
    expect([audience.counts.withoutConsent, warnings]).toEqual([79, []]);
  });

  it('warns with the values there are when nobody has it', async () => {
    const { warnings } = await build({ consent: { column: 'region' } });
    expect(warnings).toEqual([expect.stringContaining('it holds "north" (50), ')]);
  });
});

describe('what is said of lists', () => {
  it('is how many entries they have and how many customers they fit', async () => {
    const [first, second] = [
      write('a.csv', fixture.ids.slice(0, 10)),
      write('b.csv', [...fixture.ids.slice(5, 8), 'X']),
    ];
    const { lists, warnings } = await build({ suppress: [first, second], exclude: [second] });
    expect(lists.map(({ rule, file, entries, matched }) => [rule, file, entries, matched])).toEqual([
      ['suppress', first, 10, 10],
      ['suppress', second, 4, 3],
      ['exclude', second, 4, 3],
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([
    [
      'nobody.csv',
      ['user_id', 'X1', 'X2'],
      /nobody\.csv fits no customer, though it has 2 entries.*how ids are written/,
    ],
    ['none.csv', [], /none\.csv is empty/],
    ['header.csv', ['user_id'], /header\.csv is empty/],
    ['md5.csv', [createHash('md5').update('u2@x.de').digest('hex')], /MD5.*SHA-256/],
    ['mail.csv', ['email', 'u2@x.de'], /one entry.*also need contact data/],
  ])('is a warning for a list that fits nobody: %s', async (name, lines, warning) => {
    const { warnings } = await build({ suppress: [write(name, lines)] });
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('asks for a country where hashed phones fit nobody', async () => {
    const { warnings } = await build({ customers, suppress: [write('h.csv', [sha256('+491712000001')])] });
    expect(warnings).toEqual([expect.stringContaining('also need the country of phones')]);
  });
});
