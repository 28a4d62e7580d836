import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const sample = path.resolve(import.meta.dirname, '../../sample');
const OUTCOME = 'bought_candles_tlights_sep_nov';

/** Real orders of the sample, ranked by two instructions; the outcomes are what the customers bought later. */
describe('from a ranking to an audience', () => {
  let real: RealApp;
  const page = () => real.page;
  const chosen = () => page().getByText(/^[\d,]+ of 1,500 customers$/);
  const size = async () => Number(((await chosen().textContent()) ?? '').split(' ')[0]!.replaceAll(',', ''));
  /** Waits until the size is what a test says it must be. */
  const becomes = (test: (customers: number) => boolean) => expect.poll(size, { timeout: 20_000 }).toSatisfy(test);
  const sizeBy = (name: string) => page().getByText(name, { exact: true }).first().click();
  const manifestOf = (file: string) => JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Manifest;

  async function rank(instruction: string): Promise<void> {
    await page().getByRole('textbox', { name: 'Instruction' }).fill(instruction);
    await page().getByRole('button', { name: 'Rank customers' }).click();
    await page().getByRole('heading', { level: 2, name: instruction }).waitFor({ timeout: 170_000 });
  }

  beforeAll(async () => {
    real = await RealApp.launch();
    await real.saveAs(path.join(real.folder, 'shop.instructue'));
    await page()
      .getByRole('button', { name: /New workspace/ })
      .click();
    const files = ['transactions.csv.gz', 'profile.csv.gz', 'labels.csv.gz'];
    await real.choose(...files.map((file) => path.join(sample, file)));
    await page().getByRole('button', { name: 'Choose files' }).click();
    await page().getByRole('button', { name: 'Import 3 files' }).click();
    await page().getByRole('button', { name: 'Ask a question' }).click({ timeout: 60_000 });
    await rank('Customers who buy tea cups and mugs');
    await rank('Customers who buy candles and t-lights');
    await page().getByRole('button', { name: 'Make an audience' }).click();
    await chosen().waitFor();
  }, 300_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-audience');
  });

  it('takes everybody from a score up', async () => {
    expect(await size()).toBe(150);
    await sizeBy('From a score up');
    // Changing over keeps the audience.
    await becomes((customers) => customers === 150);
    const field = page().getByRole('textbox', { name: 'From a score up' });
    await field.fill('-1');
    await field.press('Enter');
    await becomes((customers) => customers === 1500);
    await page().getByRole('slider', { name: 'From a score up' }).focus();
    await page().keyboard.press('End');
    await becomes((customers) => customers <= 1);
    await page().keyboard.press('PageDown');
    await becomes((customers) => customers >= 1);
    await real.shoot('audience-score');
    await real.expectAccessible();
  });

  it('finds the most profitable number of customers', async () => {
    await sizeBy('As many as pay off');
    await page().getByText('Choose a known outcome').waitFor();
    await page().getByLabel('How often customers convert').selectOption({ label: OUTCOME });
    for (const [name, amount] of [
      ['Value of a conversion', '10'],
      ['Cost of a contact', '3'],
      ['Budget', '6000'],
    ] as const) {
      const field = page().getByRole('textbox', { name });
      await field.fill(amount);
      await field.press('Enter');
    }
    const optimum = page().getByText(/^Most profitable: [\d,]+ customers/);
    await optimum.waitFor();
    const best = Number(/: ([\d,]+) /.exec((await optimum.textContent()) ?? '')![1]!.replaceAll(',', ''));
    await becomes((customers) => customers === best);
    expect(best).toBeGreaterThan(0);
    expect(best).toBeLessThan(1500);
    await real.shoot('audience-value');
    await real.expectAccessible();
  });

  it('cuts the curve where it is clicked, dragged to or moved to by key, with exact counts', async () => {
    const best = await size();
    const box = (await page()
      .getByRole('img', { name: /^Expected profit/ })
      .boundingBox())!;
    const y = box.y + box.height / 2;
    await page().mouse.move(box.x + 0.75 * box.width, y);
    await page().mouse.down();
    await becomes((customers) => Math.abs(customers - 1110) < 75);
    await page().mouse.move(box.x + 0.3 * box.width, y, { steps: 12 });
    await page().mouse.up();
    await becomes((customers) => Math.abs(customers - 400) < 75);
    await page().mouse.move(box.x + 0.9 * box.width, y);
    const slider = page().getByRole('slider', { name: 'Number of customers' });
    const cut = Number(await slider.inputValue());
    await becomes((customers) => customers === cut);
    await slider.press('ArrowRight');
    await becomes((customers) => customers === cut + 1);
    await real.shoot('audience-value-cut');
    const target = path.join(real.folder, 'cut.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export audience' }).click();
    await page()
      .getByText(`${cut + 1} customers exported`)
      .waitFor();
    expect(readFileSync(target, 'utf8').trimEnd().split(/\r?\n/)).toHaveLength(cut + 2);
    expect(manifestOf(target).audience.size).toEqual({ by: 'top', count: cut + 1 });
    await page().getByRole('button', { name: 'Back to the most profitable' }).click();
    await becomes((customers) => customers === best);
  });

  it('keeps to a budget, and takes outcomes from a file', async () => {
    const budget = page().getByRole('textbox', { name: 'Budget' });
    await budget.fill('90');
    await budget.press('Enter');
    await becomes((customers) => customers <= 30);
    await real.shoot('audience-budget');
    const before = await size();
    await real.choose(path.join(sample, 'labels.csv.gz'));
    await page().getByRole('button', { name: 'From a file' }).click();
    await page().getByLabel('How often customers convert').locator('optgroup').nth(1).waitFor({ state: 'attached' });
    const outcomes = page().getByLabel('How often customers convert');
    const key = await outcomes.locator('optgroup').nth(1).locator('option', { hasText: OUTCOME }).getAttribute('value');
    await outcomes.selectOption(key);
    await becomes((customers) => customers === before);
    await sizeBy('Share of customers');
    await becomes((customers) => customers === 150);
  });

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});

interface Manifest {
  audience: { size: unknown };
}
