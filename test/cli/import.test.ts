import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string;
let workspace: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  workspace = join(folder, 'w.instructue');
  writeFileSync(join(folder, 'people.csv'), 'user_id,age,city\n01,30,Oslo\n02,40,Rome\nbroken\n03,50,Bonn\n');
  writeFileSync(join(folder, 'buys.csv'), 'user_id,item,amount\n01,mug,3\n01,pot,9\n02,mug,4\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function cli(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', join(root, 'electron/cli/main.ts'), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}

describe('import, info and derive on the command line', () => {
  it('report as JSON on stdout, progress on stderr, rejects in a file', () => {
    const rejects = join(folder, 'rejects.csv');
    const imported = cli(
      'import',
      '--workspace',
      workspace,
      `profile=${join(folder, 'people.csv')}`,
      `purchases=${join(folder, 'buys.csv')}`,
      '--rejects',
      rejects,
      '--json',
    );
    expect(imported.status).toBe(0);
    const { files } = JSON.parse(imported.stdout) as { files: object[] };
    expect(files).toMatchObject([
      { kind: 'profile', read: 4, accepted: 3, rejected: 1 },
      { kind: 'purchases', read: 3, customers: 2, knownCustomers: 2 },
    ]);
    expect(imported.stderr).toContain('import: 2 of 2');
    expect(readFileSync(rejects, 'utf8')).toBe(
      'file,line,column,reason,raw\npeople.csv,4,,too few cells: 1 where 3 are expected,broken\n',
    );

    const derived = cli(
      'derive',
      '--workspace',
      workspace,
      '--dump',
      join(folder, 'dump'),
      '--hide',
      'item=pot',
      '--json',
    );
    expect(JSON.parse(derived.stdout)).toMatchObject({ derived: true, customers: 3, hidden: { 'buys.csv': 1 } });
    for (const table of ['customers', 'strings', 'events'])
      expect(existsSync(join(folder, 'dump', `${table}.parquet`))).toBe(true);

    const info = JSON.parse(cli('info', '--workspace', workspace, '--device', 'cpu', '--json').stdout) as object;
    expect(info).toMatchObject({
      customers: 3,
      sources: [
        { name: 'people.csv', rejected: 1 },
        { name: 'buys.csv', customers: 2 },
      ],
      derived: { derived: true, customers: 3 },
    });
  });

  it.each<[string, string[], RegExp]>([
    [
      'a missing file',
      ['import', '--workspace', 'W', 'profile=none.csv'],
      /^error: There is no such file — check the path \(none\.csv\)$/,
    ],
    [
      'an unknown source',
      ['import', '--workspace', 'W', 'buys=none.csv'],
      /^error: "buys" is not a kind of data — .*profile.*$/,
    ],
    ['a missing workspace', ['derive', '--workspace', 'W'], /^error: There is no workspace here — .*$/],
    ['a missing argument', ['derive'], /^error: .*--workspace.*$/],
  ])('say in one line what is wrong: %s', (_, args, line) => {
    const failed = cli(...args.map((arg) => (arg === 'W' ? workspace : arg)));
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe('');
    const lines = failed.stderr.trim().split('\n');
    expect(lines.at(-1)).toMatch(line);
    expect(lines.filter((text) => text.startsWith('error:'))).toHaveLength(1);
    expect(existsSync(workspace)).toBe(false);
  });

  it.each<[string, string[], object]>([
    [
      'a missing file',
      ['import', '--workspace', 'W', 'profile=none.csv'],
      { code: 'file-missing', message: 'There is no such file', remedy: 'check the path', place: { file: 'none.csv' } },
    ],
    [
      'a missing argument',
      ['derive'],
      { code: 'usage', message: "required option '--workspace <file>' not specified", remedy: 'see --help' },
    ],
  ])('say it as one JSON object on stderr with --json: %s', (_, args, error) => {
    const failed = cli(...args.map((arg) => (arg === 'W' ? workspace : arg)), '--json');
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe('');
    expect(JSON.parse(failed.stderr.trim().split('\n').at(-1)!)).toEqual({ error });
  });
});
