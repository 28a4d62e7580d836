import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { restoreFile } from '../../../electron/services/import/remove-file.js';
import { derive } from '../../../electron/services/index/derive.js';
import { encode } from '../../../electron/services/index/encode.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { parseRecipe, type Recipe } from '../../../electron/services/recipe/recipe.js';
import { absoluteRecipe, runRecipe, type RecipeReport } from '../../../electron/services/recipe/run-recipe.js';
import { unattended } from '../../../electron/services/task.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL } from '../tiny-workspace.js';

const ids = Array.from({ length: 40 }, (_, i) => `00${100 + i}`);
const SOURCES = [
  { source: 'profile', file: 'profile.csv' },
  { source: 'purchases', file: 'bills.csv' },
];

/** A folder with the files of a shop. */
function shop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'refresh-'));
  const write = (name: string, header: string, row: (id: string, i: number) => string): void =>
    writeFileSync(join(folder, name), `${header}\n${ids.map((id, i) => `${row(id, i)}\n`).join('')}`);
  write('profile.csv', 'user_id,city,age', (id, i) => `${id},City ${i % 3},${20 + i}`);
  write('bills.csv', 'user_id,item,category,amount', (id, i) => `${id},cup ${i % 5},sort ${i % 7},${i}.50`);
  write('visits.csv', 'user_id,page', (id, i) => `${id},page ${i % 4}`);
  return folder;
}

function recipeOf(folder: string, sources: readonly object[]): Recipe {
  const recipe = {
    recipe: 1,
    workspace: 'w.instructue',
    sources,
    ask: { target: { instruction: 'buys a cup' } },
    export: { file: 'out.csv' },
  };
  return absoluteRecipe(parseRecipe(JSON.stringify(recipe), 'r.json'), folder);
}

/** Runs a recipe by the tiny model of random weights. */
async function run(
  folder: string,
  sources: readonly object[],
  look?: (workspace: Workspace) => Promise<void>,
): Promise<{ report: RecipeReport; bytes: string }> {
  const recipe = recipeOf(folder, sources);
  const workspace = await openWorkspace(recipe.workspace, { create: true });
  const engine = await Engine.load(TINY_MODEL, 'cpu');
  try {
    const report = await runRecipe(
      workspace,
      async (ask, task) => {
        if ('tuned' in ask) throw new Error('nothing is tuned here');
        await derive(workspace, [], task);
        await encode(workspace, engine, task);
        return (await rankInstruction(workspace, engine, ask, task)).rankingId;
      },
      recipe,
      unattended,
    );
    await look?.(workspace);
    return { report, bytes: readFileSync(report.export.file, 'utf8') };
  } finally {
    await engine.release();
    workspace.close();
  }
}

/** What the sources give in a workspace that is made for them. */
async function fresh(folder: string, sources: readonly object[]): Promise<string> {
  const other = mkdtempSync(join(tmpdir(), 'fresh-'));
  cpSync(folder, other, { recursive: true, filter: (path) => !path.includes('w.instructue') });
  return (await run(other, sources)).bytes;
}

const changes = ({ refresh }: RecipeReport): string[] => refresh.imports.map(({ change }) => change);

describe('a recipe on a workspace that is there already', () => {
  it('reads a file again when the roles of its columns are others, and when they are not told any more', async () => {
    const folder = shop();
    const plain = await run(folder, SOURCES);
    const told = [SOURCES[0]!, { ...SOURCES[1]!, columns: { category: 'ignore' } }];
    const ignoring = await run(folder, told);
    expect(changes(ignoring.report)).toEqual(['unchanged', 'replaced']);
    expect(ignoring.bytes).toBe(await fresh(folder, told));
    expect(ignoring.bytes).not.toBe(plain.bytes);
    expect(changes((await run(folder, told)).report)).toEqual(['unchanged', 'unchanged']);
    const again = await run(folder, SOURCES);
    expect(changes(again.report)).toEqual(['unchanged', 'replaced']);
    expect(again.bytes).toBe(plain.bytes);
  });

  it('does without a source that the recipe does not name any more, until it is brought back', async () => {
    const folder = shop();
    await run(folder, [...SOURCES, { source: 'paths', file: 'visits.csv' }]);
    const { report, bytes } = await run(folder, SOURCES, async (workspace) => {
      const gone = await workspace.one<{ id: number }>('SELECT id FROM removed_files');
      await restoreFile(workspace, gone!.id);
      expect(await workspace.all('SELECT name FROM source_files')).toHaveLength(3);
    });
    expect(report.refresh.removed).toEqual([join(folder, 'visits.csv')]);
    expect(bytes).toBe(await fresh(folder, SOURCES));
  });

  it('takes a file for what the recipe says now', async () => {
    const folder = shop();
    await run(folder, [...SOURCES, { source: 'paths', file: 'visits.csv' }]);
    const searches = [...SOURCES, { source: 'searches', file: 'visits.csv' }];
    const { report, bytes } = await run(folder, searches);
    expect(changes(report)).toEqual(['unchanged', 'unchanged', 'new']);
    expect(bytes).toBe(await fresh(folder, searches));
  });

  it('follows files that take over from each other', async () => {
    const folder = shop();
    const two = [SOURCES[0]!, { source: 'purchases', file: 'last.csv' }, { source: 'purchases', file: 'this.csv' }];
    const weeks = ['tea', 'cup', 'pot'].map(
      (item) => `user_id,item\n${ids.map((id, i) => `${id},${item} ${i % 6}\n`).join('')}`,
    );
    const week = (at: number): void => {
      writeFileSync(join(folder, 'last.csv'), weeks[at - 1]!);
      writeFileSync(join(folder, 'this.csv'), weeks[at]!);
    };
    week(1);
    await run(folder, two);
    week(2);
    expect((await run(folder, two)).bytes).toBe(await fresh(folder, two));
    writeFileSync(join(folder, 'last.csv'), weeks[2]!);
    const same = await run(folder, two);
    expect(same.report.refresh.removed).toEqual([join(folder, 'this.csv')]);
    expect(same.bytes).toBe(await fresh(folder, two));
  });

  it('adds the rows of added files that are new, and all of them again when the first has changed', async () => {
    const folder = shop();
    const week = (n: number): string => {
      const rows = ids.slice(3 * n, 3 * n + 3).map((id) => `${id},cup ${n},sort 1,${n}.00\n`);
      writeFileSync(join(folder, `week${n}.csv`), `user_id,item,category,amount\n${rows.join('')}`);
      return `week${n}.csv`;
    };
    const weeks = (...added: string[]): object[] => [SOURCES[0]!, { ...SOURCES[1]!, added }];
    const rowHashes = async (workspace: Workspace): Promise<string[]> =>
      (await workspace.all<{ hash: string }>('SELECT CAST(hash AS VARCHAR) AS hash FROM row_hashes ORDER BY ALL')).map(
        ({ hash }) => hash,
      );
    await run(folder, weeks());
    const [one, two] = [week(1), week(2)];
    expect(changes((await run(folder, weeks(one))).report)).toEqual(['unchanged', 'unchanged', 'added']);
    const both = await run(folder, weeks(one, two));
    expect(both.report.refresh.added).toEqual([join(folder, two)]);
    expect(both.bytes).toBe(await fresh(folder, weeks(one, two)));
    const third = await run(folder, weeks(one, two, one));
    expect(changes(third.report)).toEqual(['unchanged', 'unchanged']);
    const bills = join(folder, 'bills.csv');
    const later = readFileSync(bills, 'utf8').replace('cup 1,', 'cup 2,');
    writeFileSync(bills, later);
    const hashes: string[][] = [];
    const changed = await run(
      folder,
      weeks(one, two),
      async (workspace) => void hashes.push(await rowHashes(workspace)),
    );
    expect(changes(changed.report)).toEqual(['unchanged', 'replaced', 'added', 'added']);
    writeFileSync(bills, readFileSync(join(folder, one)));
    expect((await run(folder, weeks(one, two))).bytes).toBe(await fresh(folder, weeks(one, two)));
    writeFileSync(bills, later);
    await run(folder, weeks(one, two));
    const fewer = await run(folder, weeks(two));
    expect(changes(fewer.report)).toEqual(['unchanged', 'replaced', 'added']);
    expect(changes((await run(folder, weeks())).report)).toEqual(['unchanged', 'replaced']);
    await run(folder, weeks(one, two), async (workspace) => void hashes.push(await rowHashes(workspace)));
    expect(hashes[1]).toEqual(hashes[0]);
  }, 120_000);

  it('refuses a column that is not there, as a fresh one does', async () => {
    const folder = shop();
    const typo = [SOURCES[0]!, { ...SOURCES[1]!, columns: { categry: 'ignore' } }];
    await expect(fresh(folder, typo)).rejects.toMatchObject({ code: 'unknown-column', place: { column: 'categry' } });
    await run(folder, SOURCES);
    await expect(run(folder, typo)).rejects.toMatchObject({ code: 'unknown-column', place: { column: 'categry' } });
    writeFileSync(join(folder, 'bills.csv'), readFileSync(join(folder, 'bills.csv'), 'utf8').replace('cup 1', 'cup 2'));
    await expect(run(folder, typo)).rejects.toMatchObject({ code: 'unknown-column' });
  });
});
