import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

describe('asking', () => {
  let real: RealApp;
  const instruction = () => real.page.getByRole('textbox', { name: 'Instruction' });
  const reading = () => real.page.getByRole('region', { name: 'How the instruction is read' });
  const table = () => real.page.getByRole('table', { name: 'Ranked customers' });

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed');
  });

  async function rank(words: string): Promise<void> {
    await instruction().fill(words);
    await real.page.getByRole('button', { name: 'Rank customers' }).click();
    await real.page.getByRole('heading', { name: words, level: 2, exact: true }).waitFor({ timeout: 170_000 });
  }

  it('offers instructions made of the analyst’s own data', async () => {
    const { page } = real;
    await page.getByRole('button', { name: /Try with sample data/ }).click();
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await real.page.getByRole('button', { name: /white hanging heart.* but not regency cakestand/ }).waitFor();
    await real.page.getByRole('button', { name: /party bunting/ }).waitFor();
  });

  it('tells how an instruction is read before anybody is ranked', async () => {
    await rank('Customers who buy candles');
    await instruction().fill('Customers who buy lunch bags but not candles');
    await reading().getByText('The “not” was understood.').waitFor();
    await reading()
      .getByText(/^LUNCH BAG/)
      .first()
      .waitFor();
    await real.page.getByText('Answer and contrast').click();
    await real.page.getByRole('button', { name: 'Edit this answer' }).click();
    expect(await real.page.getByRole('textbox', { name: /fitting customer/ }).inputValue()).toContain('lunch bags');
    await real.page.getByRole('textbox', { name: /fitting customer/ }).fill('');
    await real.shoot('ask-reading');
    await real.expectAccessible();
    await instruction().fill('Customers who buy volcanology textbooks');
    await reading()
      .getByText(/^Nothing in your data is called “.+”;/)
      .waitFor();
  });

  it('compares instructions: the overlap of their best, and who moves', async () => {
    await rank('Customers who buy lunch bags but not candles');
    await rank('Customers who buy lunch bags');
    const { page } = real;
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Customers who buy candles', exact: true }).check();
    const overlap = page.getByRole('table').first();
    await overlap.getByRole('row').nth(3).waitFor();
    const parts = await overlap.getByRole('cell').allTextContents();
    expect(parts).toHaveLength(9);
    // Lunch bags with and without candles share more of their best than either does with candles.
    const share = (row: number, column: number) => Number(parts[3 * row + column]!.replace(/\D/g, ''));
    expect(share(0, 1)).toBeGreaterThan(share(1, 2));
    expect(await page.getByRole('region', { name: 'Who moves most' }).getByRole('row').count()).toBeGreaterThan(5);
    await real.shoot('ask-compare');
    await real.expectAccessible();
    await real.colours('dark');
    await real.shoot('ask-compare-dark');
    await real.expectAccessible();
    await real.colours('light');
    await page.getByRole('button', { name: 'Back to the ranking' }).click();
    await table().waitFor();
  });

  it('shows and filters by columns of the profile', async () => {
    const { page } = real;
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'country' }).check();
    await table().getByRole('columnheader', { name: 'country' }).waitFor();
    await real.shoot('ask-columns-menu');
    await real.expectAccessible();
    await page.keyboard.press('Escape');
    await page.getByLabel('Filter').selectOption('country');
    await page.getByRole('combobox', { name: 'country', exact: true }).selectOption('Germany');
    await table().getByRole('cell', { name: 'Germany' }).nth(5).waitFor();
    await table().getByRole('cell', { name: 'United Kingdom' }).first().waitFor({ state: 'detached' });
    const words = await page.getByText(/ of 1,500 customers$/).textContent();
    expect(Number(words?.split(' ')[0])).toBeLessThan(100);
    await real.shoot('ask-filtered');
    await real.expectAccessible();
    real.expectNoNetwork();
  });
});
