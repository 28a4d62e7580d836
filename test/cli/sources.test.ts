import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
let folder: string;

function cli(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', join(root, 'electron/cli/main.ts'), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the files of a workspace, by the command line', () => {
  const workspace = () => ['--workspace', join(folder, 'w.instructue')];

  it('sensitive columns are hinted at, and taken when told', () => {
    const people = file('people.csv', 'id,gender,town\n001,f,Ulm\n002,m,Bonn\n003,f,Kiel\n');
    const { stderr, status } = cli('import', `profile=${people}`, ...workspace());
    expect(status).toBe(0);
    expect(stderr).toContain('hint: column "gender"');
    expect(stderr).not.toContain('"town"');
  });

  it('a new version, told to be one, replaces the earlier one', () => {
    const people = file('people-2.csv', 'id,gender,town\n001,f,Ulm\n002,m,Köln\n003,f,Kiel\n');
    const told = cli(
      'import',
      `profile=${people}`,
      ...workspace(),
      '--replace',
      'people.csv',
      '--sensitive',
      'gender',
      '--json',
    );
    expect(told.stderr).not.toContain('hint');
    const { files } = JSON.parse(told.stdout) as { files: { change: string; columns: { role: string }[] }[] };
    expect(files[0]!.change).toBe('replaced');
    expect(files[0]!.columns.map(({ role }) => role)).toEqual(['id', 'sensitive', 'text']);
  });

  it('rows are added; a file is deleted and comes back', () => {
    const more = file('more.csv', 'id,gender,town\n004,m,Jena\n');
    expect(cli('import', `profile=${more}`, ...workspace(), '--append', 'people-2.csv').stdout).toContain('(added)');
    const removed = cli('sources', ...workspace(), '--remove', 'people-2.csv', '--json');
    expect(JSON.parse(removed.stdout)).toMatchObject({ sources: [], removed: [{ name: 'people-2.csv', accepted: 4 }] });
    const back = cli('sources', ...workspace(), '--restore', 'people-2.csv');
    expect(back.stdout).toContain('profile: people-2.csv, 4 rows of 4 customers');
  });

  it('what makes no sense is told', () => {
    const missing = cli('sources', ...workspace(), '--remove', 'nobody.csv');
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('it holds people-2.csv');
    const map = file('map.json', '{"peple.csv": {"source": "profile"}}');
    const people = file('people-3.csv', 'id,town\n001,Ulm\n');
    const unused = cli('import', `profile=${people}`, ...workspace(), '--map', map);
    expect(unused.stderr).toContain('The mapping speaks of "peple.csv"');
  });
});
