import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

/** Minutes of a fit in these tests; the steps get at least half of them. */
const MINUTES = '0.5';

describe('learning from the customers', () => {
  let real: RealApp;
  let isKept = false;
  const button = (name: string | RegExp) => real.page.getByRole('button', { name });
  const step = (name: RegExp) => real.page.getByRole('navigation').getByRole('button', { name });

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('learn-failed');
  });

  it('tells what it does and how long it takes', async () => {
    const { page } = real;
    await button(/Try with sample data/).click();
    await button('Import 2 files').click();
    await button('Ask a question').waitFor();
    await step(/^Learn/).click();
    await page.getByText('no labels or outcomes are used').waitFor();
    await page.getByText('Takes about 1.5 minutes').waitFor();
    await real.shoot('learn');
    await real.expectAccessible();
    await real.colours('dark');
    await real.expectAccessible();
    await real.colours('light');
  });

  it('learns and pauses', async () => {
    const { page } = real;
    await page.getByLabel('Minutes to learn').fill(MINUTES);
    await button('Learn from my customers').click();
    await page
      .getByText(/^Learning: [1-9]/)
      .first()
      .waitFor({ timeout: 400_000 });
    await page
      .getByText(/^about \d+ (s|min) left in this step$/)
      .first()
      .waitFor({ timeout: 120_000 });
    await real.shoot('learn-in-rail');
    // In the rail it says the same as beside the curve.
    const rail = page.getByRole('region', { name: 'Running' });
    expect(await rail.getByRole('button').allTextContents()).toEqual([expect.stringContaining('Pause')]);
    await page.keyboard.press('Control+k');
    await page.getByText('Pause: Learn from my customers').waitFor();
    await page.keyboard.press('Escape');
    await rail.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/Paused after .* and goes on from there/).waitFor({ timeout: 120_000 });
    await real.expectAccessible();
  }, 600_000);

  it('starts anew, and brings back the fit that was paused', async () => {
    const { page } = real;
    await button('Start anew').click();
    await page
      .getByText(/^Writing questions/)
      .first()
      .waitFor({ timeout: 120_000 });
    await page.getByRole('main').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Fit 1 was deleted.').waitFor({ timeout: 120_000 });
    await button('Learn from my customers').waitFor();
    await real.shoot('learn-anew');
    await real.expectAccessible();
    await button('Undo: bring fit 1 back').click();
    await page.getByText(/Paused after .* and goes on from there/).waitFor();
  });

  it('says that a paused fit cannot go on when the data have changed', async () => {
    const { page } = real;
    await step(/^Data/).click();
    await button(/^Delete profile/).click();
    await page.getByText(/^profile.* was deleted/).waitFor();
    await step(/^Learn/).click();
    await page.getByText(/^Outdated: paused after .* data or the model have changed since/).waitFor();
    await button('Learn from my customers').waitFor();
    expect(await button('Continue').count()).toBe(0);
    await real.shoot('learn-outdated');
    await real.expectAccessible();
    // The same data again, and it can go on.
    await step(/^Data/).click();
    await button(/^Undo/).click();
    await step(/^Learn/).click();
    await button('Continue').waitFor();
  });

  it('goes on where it was', async () => {
    const { page } = real;
    await button('Continue').click();
    await page
      .getByText(/^Learning: /)
      .first()
      .waitFor({ timeout: 400_000 });
    await real.shoot('learn-running');
    await page.getByText(/^(Kept|Not kept), because/).waitFor({ timeout: 300_000 });
    await page.getByRole('img', { name: /^Held-back customers/ }).waitFor();
    await real.shoot('learn-done');
    await real.expectAccessible();
    // The questions are written again, which takes minutes on a machine that does other things as well.
  }, 700_000);

  it('deletes a fit and brings it back', async () => {
    const { page } = real;
    await button('Delete fit 1').click();
    await page.getByText('Fit 1 was deleted.').waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
    await button('Undo: bring fit 1 back').click();
    await page.getByRole('heading', { name: 'Fit 1' }).waitFor();
  });

  it('is named by the rankings', async () => {
    const { page } = real;
    const use = button('Use fit 1 in rankings');
    isKept = (await use.count()) > 0;
    if (isKept) await use.click();
    await page.keyboard.press('Control+i');
    await page.keyboard.type('Customers who buy candles');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1,500 customers ranked on').waitFor({ timeout: 170_000 });
    await page.getByText(isKept ? 'fit 1' : 'model as shipped', { exact: true }).waitFor();
    await real.shoot('ask-with-fit');
    await button('How good is it?').click();
    const without = page.getByRole('region', { name: 'Without known outcomes' });
    await without.getByText(isKept ? 'This ranking uses fit 1.' : /^This ranking uses the model as shipped/).waitFor();
    if (isKept) await without.getByText(/^Foreseeing what customers do/).waitFor();
    await without.scrollIntoViewIfNeeded();
    await real.shoot('outcome-fit');
    await real.expectAccessible();
  });

  it('is needed to make an export again that it ranked', async ({ skip }) => {
    const { page } = real;
    if (!isKept) skip('The fit was not kept.');
    const [first, again] = ['first.csv', 'again.csv'].map((name) => path.join(real.folder, name));
    await step(/^Audience/).click();
    await real.saveAs(first!);
    await button('Export audience').click();
    await page.getByText('/first.csv').first().waitFor();
    await step(/^Learn/).click();
    await button('Delete fit 1').click();
    await page.getByText('Fit 1 was deleted.').waitFor();

    const remake = async () => {
      await step(/^Audience/).click();
      await page.getByRole('heading', { level: 2, name: 'Make an earlier export again' }).click();
      await real.choose(`${first}.manifest.json`);
      await button('Choose a manifest').click();
      await real.saveAs(again!);
      await button(/^Make it again/).click();
    };
    await remake();
    await page.getByText('The export was ranked by fit 1, which is deleted').waitFor();
    await real.shoot('audience-remake-fit-deleted');
    await button('Dismiss').click();
    await step(/^Learn/).click();
    await button('Undo: bring fit 1 back').click();
    await page.getByRole('heading', { name: 'Fit 1' }).waitFor();
    await remake();
    await page.getByText('Exactly the files that the manifest speaks of').waitFor({ timeout: 170_000 });
    expect(readFileSync(again!).equals(readFileSync(first!))).toBe(true);
  });

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
