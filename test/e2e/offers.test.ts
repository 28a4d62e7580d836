import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OfferEvaluation } from '../../electron/services/audience/measure-offers.js';
import { manifestOf, OUTCOME, RankedShop, sample, table } from './ranked-shop.js';
import { models, type RealApp } from './real-app.js';

/** Offers, what they are ranked by, and what says who took them later. */
const OFFERS = [
  ['bags', 'Customers who buy lunch bags', 'bought_lunch_bags_sep_nov'],
  ['garden', 'Customers who buy garden items', 'bought_garden_sep_nov'],
  ['candles', 'Customers who buy candles and t-lights', OUTCOME],
  ['tea', 'Customers who buy tea cups and mugs', 'bought_tea_and_mugs_sep_nov'],
] as const;
const labels = path.join(sample, 'labels.csv.gz');

/** What customers of the sample bought in the months after their orders says how well offers fit them. */
describe('next best offers', () => {
  let shop: RankedShop;
  let real: RealApp;
  let measured: { figures: number[][]; customers: number };
  const page = () => shop.page;
  const figures = () => page().getByRole('table', { name: /^How well each way of ordering/ });
  const measure = () => page().getByRole('button', { name: 'Measure offers' });

  beforeAll(async () => {
    shop = await RankedShop.open();
    real = shop.real;
    const step = (name: string) => page().getByRole('navigation').getByText(name).click();
    await step('Ask');
    for (const [, instruction] of OFFERS.slice(0, 2).toReversed()) await shop.rank(instruction);
    await step('Audience');
    await shop.unfold('Next best offers');
    for (const [at, [name]] of OFFERS.entries()) {
      await page().getByRole('button', { name: 'Add an offer' }).click();
      await page()
        .getByRole('textbox', { name: `Offer ${at + 1}` })
        .fill(name);
    }
  }, 400_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-offers');
  });

  /** The figures in the window, to three places. */
  const shown = async () => {
    await figures().waitFor();
    const cells = (await figures().getByRole('cell').allTextContents()).map(Number);
    return [0, 3, 6, 9].map((at) => cells.slice(at, at + 3));
  };

  it('measures how well each order of the offers meets imported outcomes', async () => {
    await page().getByRole('button', { name: 'Plan offers' }).click();
    await page().getByRole('heading', { level: 3, name: 'How well do they fit?' }).waitFor();
    await page().getByText('Choose an outcome for every offer.').waitFor();
    expect(await measure().isDisabled()).toBe(true);
    for (const [name, , outcome] of OFFERS)
      await page().getByLabel(`Who took ${name}`).selectOption({ label: outcome });
    await measure().click();
    const told = await page()
      .getByText(/customers took at least one of 4 offers/)
      .textContent();
    measured = { figures: await shown(), customers: Number(/(\d+) customers/.exec(told ?? '')![1]) };
    const [byRank, , calibrated, popularity] = measured.figures;
    for (const row of measured.figures) {
      expect(row[0]).toBeGreaterThan(0);
      expect(row[0]).toBeLessThan(row[1]!);
      expect(row[1]).toBeLessThanOrEqual(1);
    }
    expect(byRank).not.toEqual(popularity);
    expect(calibrated).not.toEqual(popularity);
    await figures().scrollIntoViewIfNeeded();
    await real.shoot('audience-offers-measured');
    await real.expectAccessible();
  });

  it('says the same of columns of a file', async () => {
    await real.choose(labels);
    await page()
      .getByRole('region', { name: 'How well do they fit?' })
      .getByRole('button', { name: 'From a file' })
      .click();
    for (const [name, , outcome] of OFFERS) {
      const select = page().getByLabel(`Who took ${name}`);
      const column = select.locator('optgroup').nth(1).locator('option', { hasText: outcome });
      await select.selectOption(await column.getAttribute('value'));
    }
    // Figures of other outcomes are gone.
    expect(await figures().count()).toBe(0);
    await measure().click();
    expect(await shown()).toEqual(measured.figures);
  });

  it('tells what is wrong with an outcome where everything is told', async () => {
    const prices = path.join(real.folder, 'prices.csv');
    writeFileSync(prices, 'user_id,price\nR13047,12.50\nR13748,3\n');
    await real.choose(prices);
    await page()
      .getByRole('region', { name: 'How well do they fit?' })
      .getByRole('button', { name: 'From a file' })
      .click();
    for (const [name] of OFFERS) await page().getByLabel(`Who took ${name}`).selectOption({ label: 'price' });
    await measure().click();
    await page().getByText('"12.50" is not a label').waitFor();
    expect(await figures().count()).toBe(0);
    await page().getByRole('button', { name: 'Dismiss' }).click();
  });

  it('plans by the rates that are typed in, where nobody knows who took an offer before', async () => {
    const plan = page().getByRole('table', { name: 'Customers per offer' });
    const rate = (at: number) => page().getByRole('textbox', { name: `Expected to take it, % ${at}` });
    const planned = async (rates: string[]) => {
      for (const [at, given] of rates.entries()) await rate(at + 1).fill(given);
      await page().getByRole('button', { name: 'Plan offers' }).click();
      await plan.waitFor();
      const cells = await plan.getByRole('cell').allTextContents();
      return OFFERS.map((_, at) => Number(cells[3 * at + 1]!.replaceAll(',', '')));
    };
    const bags = await planned(['12.5', '8', '8', '8']);
    await page().getByText('by its expected rate and the rank').waitFor();
    const tea = await planned(['8', '8', '8', '12.5']);
    // Rankings are the same: what is expected decides, and yet whom an offer suits best gets it either way.
    expect(Math.min(...bags, ...tea)).toBeGreaterThan(0);
    expect(bags[0]).toBe(Math.max(...bags));
    expect(tea[3]).toBe(Math.max(...tea));
    expect(bags[0]).toBeGreaterThan(tea[0]!);
    await plan.scrollIntoViewIfNeeded();
    await real.shoot('audience-offers-rates');
    await real.expectAccessible();

    const target = path.join(real.folder, 'rates.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export offers' }).click();
    await page().getByText('/rates.csv').first().waitFor();
    const { ask, offers } = manifestOf(target);
    expect(ask).toMatchObject({
      offers: { offers: [{ rate: 0.08 }, { rate: 0.08 }, { rate: 0.08 }, { rate: 0.125 }] },
    });
    expect(offers).toMatchObject({
      comparison: 'expected',
      reason: 'an expected rate on 4 of 4 offers, so scores are probabilities',
    });
    const members = table(`${target}.members.csv`);
    expect(OFFERS.map(([name]) => members.filter((row) => row['offer'] === name).length)).toEqual(tea);

    // An outcome says the rate itself; beside the rates of the others it is a probability too.
    await page().getByLabel('Who took it before 1').selectOption(OFFERS[0][2]);
    expect(await rate(1).isDisabled()).toBe(true);
    await page().getByRole('button', { name: 'Plan offers' }).click();
    await page().getByText('by its expected rate and the rank').waitFor();
    // Not to know anything of one offer leaves no probabilities to compare.
    await page().getByLabel('Who took it before 1').selectOption('Not known');
    await planned(['', '8', '8', '8']);
    await page().getByText('compared as percentiles').waitFor();
  });

  it('is readable in the dark and fits a small window', async () => {
    for (const [name, , outcome] of OFFERS)
      await page().getByLabel(`Who took ${name}`).selectOption({ label: outcome });
    await measure().click();
    await figures().waitFor();
    await real.colours('dark');
    await real.resize(1280, 720);
    await real.expectNothingBeyond('.view');
    await real.expectAccessible();
    await real.colours('light');
  });

  it('says what the command line says of the same workspace', async () => {
    await page().getByRole('button', { name: 'Close workspace' }).click();
    await page()
      .getByRole('button', { name: /New workspace/ })
      .waitFor();
    const offers = path.join(real.folder, 'offers.json');
    const lines = OFFERS.map(([name, instruction, column]) => ({
      name,
      instruction,
      labels: { file: labels, column },
    }));
    writeFileSync(offers, JSON.stringify({ offers: lines }));
    const at = (first: number) => {
      const workspace = path.join(real.folder, 'shop.instructue');
      const options = ['--workspace', workspace, '--offers', offers, '--first', String(first), '--json'];
      const printed = execFileSync('npx', ['tsx', 'electron/cli/main.ts', 'evaluate-offers', ...options], {
        cwd: path.resolve(import.meta.dirname, '../..'),
        env: { ...process.env, INSTRUCTUE_MODEL: models },
      });
      return JSON.parse(printed.toString()) as OfferEvaluation;
    };
    const [one, three] = [at(1), at(3)];
    const figures = (['byRank', 'expected', 'calibrated', 'popularity'] as const).map((way) =>
      [one[way].hitRate, three[way].hitRate, three[way].ndcg].map((figure) => Number(figure.toFixed(3))),
    );
    expect(measured).toEqual({ figures, customers: one.byRank.customers });
  }, 300_000);

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
