import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseRecipe } from '../../electron/services/recipe/recipe.js';
import { RankedShop } from './ranked-shop.js';
import { models, type RealApp } from './real-app.js';

describe('a job that is done again', () => {
  let shop: RankedShop;
  let real: RealApp;
  const page = () => shop.page;

  beforeAll(async () => {
    shop = await RankedShop.open();
    real = shop.real;
  }, 300_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-recipe');
  });

  it('saves the whole job as a recipe, which gives the same bytes on another machine', async () => {
    const recipe = path.join(real.folder, 'weekly.json');
    await shop.exportCampaign();
    await real.saveAs(recipe);
    await page().getByRole('button', { name: 'Save as recipe' }).first().click();
    await page()
      .getByText(/^Run it under “Run a recipe” below\..*: npm run -s cli -- run/)
      .waitFor();
    await page()
      .getByText(/^Run it under/)
      .scrollIntoViewIfNeeded();
    await real.shoot('audience-recipe');
    const written = parseRecipe(readFileSync(recipe, 'utf8'), recipe);
    expect(written.workspace).toBe('shop.instructue');
    expect(written.sources.map(({ source }) => source).sort()).toEqual(['labels', 'profile', 'purchases']);
    // The window runs it, over the same files and over fewer.
    const same = (ending: string) =>
      expect(readFileSync(path.join(real.folder, `weekly.csv${ending}`), 'utf8')).toBe(
        readFileSync(path.join(real.folder, `campaign.csv${ending}`), 'utf8'),
      );
    await shop.unfold('Run a recipe');
    const runIt = page().getByRole('button', { name: 'Run it' });
    expect(await runIt.isDisabled()).toBe(true);
    await real.choose(recipe);
    await page().getByRole('button', { name: 'Choose a recipe' }).click();
    await page()
      .getByText(`Writes ${path.join(real.folder, 'weekly.csv')}`)
      .waitFor();
    await runIt.click();
    await page().getByText('All files were as before.').waitFor({ timeout: 170_000 });
    for (const ending of ['', '.members.csv']) same(ending);
    expect(await shop.size()).toBe(450);
    await page().getByText('All files were as before.').scrollIntoViewIfNeeded();
    await real.shoot('audience-recipe-run');
    await real.expectAccessible();
    await real.colours('dark');
    await real.resize(1280, 720);
    await real.expectNothingBeyond('.view');
    await real.expectAccessible();
    await real.shoot('audience-recipe-run-dark');
    await real.colours('light');
    const others = written.sources.filter(({ source }) => source !== 'labels');
    writeFileSync(recipe, JSON.stringify({ ...written, sources: others }));
    await runIt.click();
    await page().getByText('Deleted from the workspace: labels.csv.gz. Undo under Data.').waitFor({ timeout: 170_000 });
    await page().getByRole('navigation').getByText('Data').click();
    await page()
      .getByRole('button', { name: /^Undo: bring labels/ })
      .click();
    await page()
      .getByRole('button', { name: /^Delete labels/ })
      .waitFor();
    await page().getByRole('navigation').getByText('Audience').click();
    // Another machine has the files and the recipe, and not the workspace.
    writeFileSync(recipe, JSON.stringify({ ...written, workspace: 'elsewhere.instructue' }));
    execFileSync('npx', ['tsx', 'electron/cli/main.ts', 'run', recipe], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { ...process.env, INSTRUCTUE_MODEL: models },
    });
    for (const ending of ['', '.members.csv']) same(ending);
    // Its workspace is not the one that is open.
    await shop.unfold('Run a recipe');
    await page().getByRole('button', { name: 'Choose a recipe' }).click();
    await page().getByText('The recipe is for another workspace').waitFor();
    await page().getByRole('button', { name: 'Dismiss' }).click();
  }, 600_000);
});
