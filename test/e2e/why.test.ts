import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

describe('why customers rank where they do', () => {
  let real: RealApp;
  const ranked = () => real.page.getByRole('table', { name: 'Ranked customers' });
  const drawer = () => real.page.getByRole('dialog');

  beforeAll(async () => {
    real = await RealApp.launch();
    const sample = path.resolve(import.meta.dirname, '../../sample');
    await real.saveAs(path.join(real.folder, 'shop.instructue'));
    await real.page.getByRole('button', { name: /New workspace/ }).click();
    await real.choose(path.join(sample, 'transactions.csv.gz'), path.join(sample, 'profile.csv.gz'));
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    await real.page.getByRole('button', { name: 'Import 2 files' }).click();
    await real.page.getByRole('button', { name: 'Ask a question' }).click({ timeout: 60_000 });
    await real.page
      .getByRole('textbox', { name: 'Instruction' })
      .fill('Customers who buy candles and t-lights but not garden items');
    await real.page.getByRole('button', { name: 'Rank customers' }).click();
    await real.page.getByText('1,500 customers ranked on').waitFor({ timeout: 170_000 });
  }, 240_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-why');
  });

  it('says which sources and events carried the score, and what each is worth', async () => {
    await ranked().getByRole('row').nth(1).getByRole('button').click();
    const spokeFor = drawer()
      .getByRole('table')
      .filter({ has: real.page.getByText('Spoke for') });
    await spokeFor.waitFor();
    await drawer()
      .getByRole('img', { name: /^By source, leave-one-out: Purchases/ })
      .waitFor();
    const cells = spokeFor.getByRole('row').nth(1).getByRole('cell');
    expect(await cells.nth(2).textContent()).toMatch(/^\+0\.\d{4}$/);
    const together = drawer().getByText(/^Without (it|all \d of these at once): rank/);
    // Without what carries it, the best customer is not the best.
    expect(Number(/rank ([\d,]+)/.exec((await together.textContent())!)![1]!.replaceAll(',', ''))).toBeGreaterThan(1);
    await drawer().getByText('Both have').waitFor();
    await real.shoot('why');
    await real.expectAccessible();
  });

  it('leads to a like customer and back', async () => {
    const first = (await drawer().getByRole('heading', { level: 2 }).textContent())!;
    const like = drawer()
      .getByRole('table')
      .filter({ has: real.page.getByText('Both have') })
      .getByRole('button')
      .first();
    const next = (await like.textContent())!;
    await like.click();
    await drawer().getByRole('heading', { level: 2, name: next }).waitFor();
    await drawer().getByRole('columnheader', { name: 'Spoke for' }).waitFor();
    await drawer().getByText('Both have').waitFor();
    await real.shoot('why-like');
    await real.expectAccessible();
    await drawer()
      .getByRole('button', { name: `Back to ${first}` })
      .click();
    await drawer().getByRole('heading', { level: 2, name: first }).waitFor();
    await real.page.keyboard.press('Escape');
    await drawer().waitFor({ state: 'hidden' });
  });

  it('says what an audience has more of than the rest, anew for another size', async () => {
    await real.page.getByRole('button', { name: 'Make an audience' }).click();
    await real.page.getByRole('heading', { name: /^What this audience has more of/ }).waitFor();
    const lifts = real.page.getByRole('table').filter({ has: real.page.getByText('Times as often') });
    await lifts.waitFor();
    await real.page.getByText('150 customers beside the other 1,350').waitFor();
    expect(await lifts.getByRole('row').nth(1).getByRole('cell').nth(0).textContent()).toMatch(/light|candle/i);
    await real.page.getByLabel('Share of customers').last().fill('20');
    await real.page.getByLabel('Share of customers').last().press('Enter');
    await real.page.getByText('300 customers beside the other 1,200').waitFor();
    await lifts.scrollIntoViewIfNeeded();
    await real.shoot('audience-lifts');
    await real.expectAccessible();
  });

  it('is readable in the dark', async () => {
    await real.colours('dark');
    await real.shoot('audience-lifts-dark');
    await real.expectAccessible();
    await real.page.getByRole('navigation').getByText('Ask').click();
    await ranked().getByRole('row').nth(1).getByRole('button').click();
    await drawer().getByText('Both have').waitFor();
    await real.shoot('why-dark');
    await real.expectAccessible();
  });
});
