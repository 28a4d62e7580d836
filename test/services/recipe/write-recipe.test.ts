import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audienceSpec } from '../../../electron/services/audience/spec.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { readRecipe } from '../../../electron/services/recipe/recipe.js';
import { absoluteRecipe } from '../../../electron/services/recipe/run-recipe.js';
import { writeRecipe, type RecipeRequest } from '../../../electron/services/recipe/write-recipe.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

async function shop(): Promise<{ folder: string; workspace: Workspace; profile: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'write-recipe-'));
  const profile = join(folder, 'profile.csv');
  writeFileSync(profile, 'user_id,city,plz\n001,Bern,03010\n002,Thun,03600\n');
  const workspace = await openWorkspace(join(folder, 'w.instructue'), { create: true });
  return { folder, workspace, profile };
}

const request = (suppress: string[]): RecipeRequest => ({
  fit: 'none',
  ask: { target: { instruction: 'lives by a lake' } },
  audience: audienceSpec.parse({ size: { by: 'top', count: 1 }, suppress }),
  format: 'parquet',
});

describe('a recipe written from a workspace', () => {
  it('reads as it was meant, with the roles of all columns and paths from its own folder', async () => {
    const { folder, workspace, profile } = await shop();
    const mapping = { 'profile.csv': { columns: { plz: 'text' as const } } };
    await importFiles(workspace, [{ kind: 'profile', path: profile }], { mapping });
    await workspace.setMeta('hides', JSON.stringify([{ file: 'profile.csv', column: 'city', value: 'Thun' }]));
    const file = join(folder, 'lake.json');
    await writeRecipe(workspace, request([join(folder, 'no.txt')]), file);
    const read = readRecipe(file);
    expect(read).toMatchObject({
      workspace: 'w.instructue',
      sources: [{ source: 'profile', file: 'profile.csv', columns: { user_id: 'id', city: 'text', plz: 'text' } }],
      hide: ['profile.csv:city=Thun'],
      fit: 'none',
      audience: { suppress: ['no.txt'], size: { by: 'top', count: 1 } },
      export: { format: 'parquet', file: 'lake.parquet' },
    });
    expect(absoluteRecipe(read, folder).sources[0]!.file).toBe(profile);
    workspace.close();
  });

  it('is not written for a workspace without files, and names the files whose rows were added', async () => {
    const { folder, workspace, profile } = await shop();
    const file = join(folder, 'r.json');
    await expect(writeRecipe(workspace, request([]), file)).rejects.toMatchObject({ code: 'recipe-without-sources' });
    const [report] = await importFiles(workspace, [{ kind: 'profile', path: profile }]);
    const more = join(folder, 'more.csv');
    writeFileSync(more, 'user_id,city,plz\n003,Biel,02500\n');
    await importFiles(workspace, [
      { kind: 'profile', path: more, earlier: { fileId: report!.fileId, as: 'addition' } },
    ]);
    await writeRecipe(workspace, request([]), file);
    expect(readRecipe(file).sources).toMatchObject([{ file: 'profile.csv', added: ['more.csv'] }]);
    await workspace.run('UPDATE source_additions SET path = NULL');
    await writeRecipe(workspace, request([]), file);
    expect(readRecipe(file).sources[0]!.added).toEqual(['more.csv']);
    rmSync(more);
    await expect(writeRecipe(workspace, request([]), file)).rejects.toMatchObject({ code: 'recipe-source-added' });
    workspace.close();
  });
});
