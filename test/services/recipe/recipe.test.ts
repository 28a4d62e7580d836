import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import type { RankQuestion } from '../../../electron/services/audience/build.js';
import { remakeExport } from '../../../electron/services/audience/export.js';
import type { AskSpec } from '../../../electron/services/audience/spec.js';
import { encode } from '../../../electron/services/index/encode.js';
import { rankInstruction } from '../../../electron/services/rank/rank.js';
import { parseRecipe, readRecipe } from '../../../electron/services/recipe/recipe.js';
import { absoluteRecipe, runRecipe } from '../../../electron/services/recipe/run-recipe.js';
import { derive } from '../../../electron/services/index/derive.js';
import { unattended } from '../../../electron/services/task.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';
import { storeScores, wordsOf } from '../audience/workspace-fixture.js';

const TINY_MODEL = fileURLToPath(new URL('../../fixtures/tiny-model', import.meta.url));
const RECIPE = {
  recipe: 1,
  name: 'weekly tea',
  workspace: 'w.instructue',
  sources: [
    { source: 'profile', file: 'profile.csv', columns: { age: 'number' } },
    { source: 'purchases', file: 'bills.csv' },
  ],
  ask: { target: { instruction: 'buys tea' } },
  audience: { size: { by: 'top', count: 10 }, suppress: ['no.txt'], holdout: { share: 0.2, seed: 'weekly' } },
  export: { file: 'out.csv' },
};

/** A folder with the recipe and its files. */
function prepare(): string {
  const folder = mkdtempSync(join(tmpdir(), 'recipe-'));
  const ids = Array.from({ length: 40 }, (_, i) => `00${100 + i}`);
  writeFileSync(
    join(folder, 'profile.csv'),
    `user_id,city,age\n${ids.map((id, i) => `${id},City ${i % 3},${20 + i}\n`).join('')}`,
  );
  writeFileSync(
    join(folder, 'bills.csv'),
    `user_id,item,amount\n${ids.map((id, i) => `${id},tea cup ${i % 5},${i}.50\n`).join('')}`,
  );
  writeFileSync(join(folder, 'no.txt'), ids.slice(0, 5).join('\n'));
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(RECIPE));
  return folder;
}

async function run(folder: string) {
  const recipe = absoluteRecipe(readRecipe(join(folder, 'recipe.json')), folder);
  const workspace = await openWorkspace(recipe.workspace, { create: true });
  try {
    return {
      report: await runRecipe(workspace, rankWithoutModel(workspace), recipe, unattended),
      files: await files(workspace),
    };
  } finally {
    workspace.close();
  }
}

function rankWithoutModel(workspace: Workspace) {
  return async (ask: AskSpec) => {
    const { customers } = await derive(workspace);
    return storeScores(workspace, wordsOf(ask), customers);
  };
}

const files = (workspace: Workspace) => workspace.all('SELECT name, accepted FROM source_files ORDER BY name');

/** The real encoding and ranking, on the tiny model of random weights. */
function rankWithModel(workspace: Workspace): RankQuestion {
  return async (ask, task) => {
    if ('tuned' in ask) throw new Error('nothing is tuned here');
    await derive(workspace, [], task);
    const engine = await Engine.load(TINY_MODEL, 'cpu');
    await encode(workspace, engine, task);
    return (await rankInstruction(workspace, engine, ask, task)).rankingId;
  };
}

describe('running a recipe', () => {
  it('gives the same bytes with a model too, and again from the manifest', async () => {
    const exported = async () => {
      const folder = prepare();
      const recipe = absoluteRecipe(readRecipe(join(folder, 'recipe.json')), folder);
      const workspace = await openWorkspace(recipe.workspace, { create: true });
      const rank = rankWithModel(workspace);
      const report = (await runRecipe(workspace, rank, recipe, unattended)).export;
      const again = await remakeExport(workspace, rank, report.manifest, join(folder, 'again.csv'));
      workspace.close();
      return [report.file, report.members, again.file].map((file) => readFileSync(file, 'utf8'));
    };
    const [first, second] = [await exported(), await exported()];
    expect(second).toEqual(first);
    expect(first[2]).toBe(first[0]);
  });

  it('gives the same bytes on every machine and every run', async () => {
    const [here, there] = [prepare(), prepare()];
    const exported = async (folder: string) => {
      const { report } = await run(folder);
      return [report.export.file, report.export.members].map((file) => readFileSync(file, 'utf8'));
    };
    const first = await exported(here);
    expect(await exported(there)).toEqual(first);
    expect(await exported(here)).toEqual(first);
    expect(first[1]!.match(/holdout/g)).toHaveLength(2);
  });

  it('replaces a changed file and leaves the others alone', async () => {
    const folder = prepare();
    await run(folder);
    const bills = join(folder, 'bills.csv');
    writeFileSync(bills, `${readFileSync(bills, 'utf8')}00100,tea pot,9.00\n`);
    const { report, files: after } = await run(folder);
    expect(report.refresh.replaced).toEqual([bills]);
    expect(report.refresh.imports.map((one) => one.alreadyImported)).toEqual([true, false]);
    expect(after).toEqual([
      { name: 'bills.csv', accepted: 41 },
      { name: 'profile.csv', accepted: 40 },
    ]);
  });

  it('changes nothing when a replaced file cannot be imported', async () => {
    const folder = prepare();
    const before = (await run(folder)).files;
    writeFileSync(join(folder, 'bills.csv'), 'city,item\nx,y\nz,w\n');
    await expect(run(folder)).rejects.toMatchObject({ name: 'AppError' });
    const workspace = await openWorkspace(join(folder, 'w.instructue'));
    expect(await files(workspace)).toEqual(before);
    workspace.close();
  });

  it('tells mistakes before it imports anything', async () => {
    const mistakes: [object, string][] = [
      [{ audience: { suppress: ['gone.txt'] } }, 'file-missing'],
      [{ export: { file: 'out.xlsx' } }, 'export-ending'],
      [{ fit: 7 }, 'fit-missing'],
      [{ ask: { target: { tuned: 'nobody' } } }, 'tuned-missing'],
    ];
    for (const [change, code] of mistakes) {
      const folder = prepare();
      writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ ...RECIPE, ...change }));
      await expect(run(folder)).rejects.toMatchObject({ code });
      const workspace = await openWorkspace(join(folder, 'w.instructue'));
      expect(await files(workspace)).toEqual([]);
      workspace.close();
    }
  });

  it('says what is wrong with a recipe, and where', () => {
    const broken = (change: object) => () => parseRecipe(JSON.stringify({ ...RECIPE, ...change }), 'r.json');
    expect(broken({ ask: { target: { instruction: ' ' } } })).toThrowError(/wrong at ask/);
    expect(broken({ audience: { cap: { column: 'city', maxShare: 2 } } })).toThrowError(/audience\.cap\.maxShare/);
    expect(broken({ surprise: 1 })).toThrowError(/surprise/);
    expect(broken({ ask: { target: { tuned: ' ' } } })).toThrowError(/wrong at ask/);
    expect(broken({ ask: { target: { instuction: 'tea' } } })).toThrowError(/at ask\.target: .*instuction/);
    expect(() => parseRecipe('{', 'r.json')).toThrowError(/not valid JSON/);
    expect(() => readRecipe('/nowhere/r.json')).toThrowError(/no such recipe/);
  });
});
