import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

describe('the map', () => {
  let real: RealApp;
  const map = () => real.page.getByRole('img', { name: 'Map of 1,500 customers' });

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed');
  });

  it('lays the sample’s customers out by a ranking, and the window answers meanwhile', async () => {
    const { page } = real;
    await page.getByRole('button', { name: /Try with sample data/ }).click();
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await page.getByRole('button', { name: /party bunting/ }).click();
    await page.getByRole('button', { name: 'Rank customers' }).click();
    await page.getByText('1,500 customers ranked on').waitFor({ timeout: 170_000 });
    await page.getByRole('navigation').getByText('Map').click();
    await page.getByRole('button', { name: 'Make the map' }).waitFor();
    await real.shoot('map-empty');
    await real.expectAccessible();
    await page.getByRole('button', { name: 'Make the map' }).click();
    await map().waitFor({ timeout: 120_000 });
    await page.waitForTimeout(500);
    await real.shoot('map-groups');
    await real.expectAccessible();
  });

  it('is cancelled at once, and keeps what was there', async () => {
    const outcome = await real.page.evaluate(async () => {
      const making = window.instructue.map.make({ taskId: 'stopped map', view: { by: 'general' } });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const asked = performance.now();
      await window.instructue.tasks.cancel({ taskId: 'stopped map' });
      const made = await making;
      const kept = await window.instructue.map.read({ by: 'general' });
      return { made, took: performance.now() - asked, kept: kept.ok && kept.value?.clusters.length };
    });
    expect(outcome.made).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(outcome.took).toBeLessThan(2000);
    expect(outcome.kept).toBe(1500);
  });

  it('is coloured by score and by a phrase', async () => {
    const { page } = real;
    await page.getByLabel('Lay out by').selectOption('instruction');
    await page.getByRole('button', { name: 'Make the map' }).click();
    await map().waitFor({ timeout: 120_000 });
    await page.getByLabel('Colour by').selectOption({ index: 1 });
    await page.waitForTimeout(500);
    await real.shoot('map-score');
    await page.getByRole('textbox', { name: 'Light up by a phrase' }).fill('christmas decorations');
    await page.getByRole('button', { name: 'Light up' }).click();
    await page.locator('strong', { hasText: 'Nearness to “christmas decorations”' }).waitFor();
    await page.waitForTimeout(500);
    await real.shoot('map-phrase');
    await real.expectAccessible();
  });

  it('keeps a lassoed segment, which an audience is taken from', async () => {
    const { page } = real;
    await page.getByRole('button', { name: 'Lasso' }).click();
    const { x, y, width, height } = (await map().boundingBox())!;
    const corners = [
      [0.15, 0.2],
      [0.6, 0.15],
      [0.65, 0.75],
      [0.2, 0.8],
    ].map(([right, down]) => [x + right! * width, y + down! * height] as const);
    await page.mouse.move(...corners[0]!);
    await page.mouse.down();
    for (const corner of corners.slice(1)) await page.mouse.move(...corner, { steps: 5 });
    await page.mouse.up();
    const words = (await page.getByRole('heading', { name: / selected$/ }).textContent()) ?? '';
    const chosen = Number(words.replace(/\D/g, ''));
    expect(chosen).toBeGreaterThan(50);
    expect(chosen).toBeLessThan(1500);
    await page.getByRole('textbox', { name: 'Name of the segment' }).fill('bunting side');
    await real.shoot('map-lasso');
    await page.getByRole('button', { name: 'Save as a segment' }).click();
    await page.getByText('Segment “bunting side”').waitFor();
    await real.colours('dark');
    await real.shoot('map-dark');
    await real.expectAccessible();
    await real.colours('light');
    await page.getByRole('button', { name: 'Use it in Audience' }).click();
    await page.getByText('not on the list').waitFor();
    await real.shoot('audience-segment');
    await real.expectAccessible();
    const target = path.join(real.folder, 'audience.csv');
    await real.saveAs(target);
    await page.getByRole('button', { name: 'Export audience' }).click();
    await page.getByText(/customers exported/).waitFor();
    const exported = readFileSync(target, 'utf8').trimEnd().split(/\r?\n/).length - 1;
    // Not a share of the ranking: all of the segment.
    expect(exported).toBe(chosen);
  });

  it('gives a group as examples to tune by', async () => {
    const { page } = real;
    await page.getByRole('navigation').getByText('Map').click();
    await map().waitFor();
    await page.getByRole('button', { name: 'Select group 1', exact: true }).click();
    const words = (await page.getByRole('heading', { name: / selected$/ }).textContent()) ?? '';
    const chosen = words.replace(/ selected$/, '');
    await page.getByRole('textbox', { name: 'Name of the segment' }).fill('first group');
    await page.getByRole('button', { name: 'Save as a segment' }).click();
    await page.getByText('Segment “first group”').waitFor();
    await real.shoot('map-segment-saved');
    await page.getByRole('button', { name: 'Use as examples' }).click();
    await page.getByRole('heading', { name: 'Tune', level: 1 }).waitFor();
    expect(
      await page
        .getByRole('combobox', { name: /^Segment/ })
        .locator('option:checked')
        .textContent(),
    ).toContain(`first group (${chosen} customers)`);
    await page.waitForTimeout(300);
    await real.shoot('tune-segment');
    await real.expectAccessible();
    await real.colours('dark');
    await real.shoot('tune-segment-dark');
    await real.expectAccessible();
    await real.colours('light');
    await page.getByRole('button', { name: 'Tune', exact: true }).last().click();
    await page.getByText('Version 1').waitFor({ timeout: 120_000 });
    await page.getByText(new RegExp(`learned from ${chosen} that fit, beside`)).waitFor();
  });

  it('lists its segments under Data, where they are deleted and brought back', async () => {
    const { page } = real;
    await page.getByRole('navigation').getByText('Data', { exact: true }).click();
    const card = page.getByRole('article').filter({ hasText: 'first group.csv' });
    await card.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('button', { name: 'Undo: bring first group.csv back' }).waitFor();
    expect(await card.count()).toBe(0);
    await page.getByRole('navigation').getByText('Tune').click();
    expect(
      await page
        .getByRole('combobox', { name: /^Segment/ })
        .locator('option')
        .allTextContents(),
    ).toHaveLength(2);
    await page.getByRole('navigation').getByText('Data', { exact: true }).click();
    await page.getByRole('button', { name: 'Undo: bring first group.csv back' }).click();
    await card.waitFor();
    await card.scrollIntoViewIfNeeded();
    await real.shoot('data-segments');
    await real.expectAccessible();
  });

  it('is there again when the workspace is opened again', async () => {
    const { page } = real;
    await page.getByRole('button', { name: 'Close workspace' }).click();
    await page.getByRole('button', { name: /^sample / }).click();
    await page.getByRole('navigation').getByText('Map').click();
    await map().waitFor();
    real.expectNoNetwork();
  });
});
