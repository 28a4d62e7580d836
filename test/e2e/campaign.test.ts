import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { measureCampaign, readMembers, readOutcomes } from '../../electron/services/audience/measure.js';
import { manifestOf, OUTCOME, RankedShop, sample, table } from './ranked-shop.js';
import type { RealApp } from './real-app.js';

/** Real orders of the sample; nobody contacted its customers, so a measured campaign must have brought nothing. */
describe('from an audience to a campaign', () => {
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
    if (task.result?.state === 'fail') await real.shoot('failed-campaign');
  });

  it('measures what a campaign brought', async () => {
    const bare = await shop.exportAs('bare.csv');
    const target = await shop.exportCampaign();

    await shop.unfold('Measure a campaign');
    await real.choose(path.join(sample, 'labels.csv.gz'));
    await page().getByRole('button', { name: 'Choose outcomes' }).click();
    await page().getByLabel('What they did').selectOption(OUTCOME);
    // What is no manifest is told so, and where to find one.
    const other = path.join(real.folder, 'other.json');
    writeFileSync(other, '{}');
    await real.choose(other);
    await page().getByRole('button', { name: 'Choose an export' }).click();
    await page().getByText('This is not a manifest of this version').waitFor();
    await page().getByRole('button', { name: 'Dismiss' }).click();
    // Without a holdout there is nothing to measure.
    await real.choose(`${bare}.manifest.json`);
    await page().getByRole('button', { name: 'Choose an export' }).click();
    await page().getByText('Nobody was held out').waitFor();
    expect(await page().getByRole('button', { name: 'Measure', exact: true }).isDisabled()).toBe(true);

    await real.choose(`${target}.manifest.json`);
    await page().getByRole('button', { name: 'Choose an export' }).click();
    await page().getByText('450 to contact, 450 held out').waitFor();
    await page().getByRole('button', { name: 'Measure', exact: true }).click();
    // The same as the service says. Nobody was contacted, so chance alone must be able to explain it.
    const members = await readMembers(`${target}.members.csv`);
    const effect = measureCampaign(members, await readOutcomes(path.join(sample, 'labels.csv.gz'), OUTCOME));
    const [value, low, high] = [effect.uplift.value, effect.uplift.low, effect.uplift.high].map((part) =>
      (100 * part).toFixed(2),
    );
    await page().getByText(`Uplift: ${value} percentage points (${low} to ${high})`).waitFor();
    await page().getByText('chance alone could have done this').waitFor();
    const treated = page().getByRole('row').filter({ hasText: 'Contacted' });
    expect(await treated.getByRole('cell').allTextContents()).toEqual([
      '450',
      String(effect.treated.total),
      `${(100 * effect.treated.mean).toFixed(2)} %`,
    ]);
    await page()
      .getByRole('img', { name: /^Qini curve/ })
      .scrollIntoViewIfNeeded();
    await real.shoot('audience-measure');
    await real.expectAccessible();
  });

  it('gives every customer the next best of several offers', async () => {
    await shop.unfold('Next best offers');
    await page().getByRole('button', { name: 'Add an offer' }).click();
    await page().getByRole('button', { name: 'Add an offer' }).click();
    await page().getByRole('textbox', { name: 'Offer 1' }).fill('candles');
    await page().getByRole('textbox', { name: 'Offer 2' }).fill('tea');
    await page().getByRole('textbox', { name: 'Capacity 2' }).fill('200');
    await page().getByRole('textbox', { name: 'Customers contacted at most' }).fill('700');
    await page().getByRole('button', { name: 'Plan offers' }).click();
    const plan = page().getByRole('table', { name: 'Customers per offer' });
    await plan.waitFor();
    await page().getByText('compared as percentiles').waitFor();
    expect(await plan.getByRole('cell').allTextContents()).toEqual(['candles', '500', 'Any', 'tea', '200', '200']);
    await page().getByText('700 customers get an offer, 800 none. 350 of them are held out.').waitFor();
    await page().getByLabel('Who took it before 1').selectOption(OUTCOME);
    await page().getByLabel('Who took it before 2').selectOption('bought_tea_and_mugs_sep_nov');
    await page().getByRole('button', { name: 'Plan offers' }).click();
    await page().getByText('compared as probabilities').waitFor();
    await plan.scrollIntoViewIfNeeded();
    await real.shoot('audience-offers');
    await real.expectAccessible();
    const planned = await plan.getByRole('cell').allTextContents();
    const target = path.join(real.folder, 'offers.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export offers' }).click();
    await page().getByText('/offers.csv').first().waitFor();
    const members = table(`${target}.members.csv`);
    const given = (offer: string) => members.filter((row) => row['offer'] === offer).length;
    expect([given('candles'), given('tea')].map(String)).toEqual([planned[1], planned[4]]);
    expect(members).toHaveLength(700);
    expect(given('tea')).toBeLessThanOrEqual(200);
    expect(Object.keys(members[0]!)).toEqual([
      'rank',
      'user_id',
      'offer',
      'score',
      'runner_up',
      'runner_up_score',
      'group',
    ]);
  });

  it('takes an offer from a tuned version, which is ranked by first', async () => {
    const all = table(path.join(sample, 'labels.csv.gz')).slice(0, 400);
    const examples = path.join(real.folder, 'examples.csv');
    writeFileSync(examples, ['user_id,fits', ...all.map((row) => `${row['user_id']},${row[OUTCOME]}`)].join('\n'));
    const step = (name: string) => page().getByRole('navigation').getByText(name).click();
    await step('Tune');
    await real.choose(examples);
    await page().getByRole('button', { name: 'Choose examples' }).click();
    await page().getByLabel('Has what you look for').selectOption('fits');
    await page().getByRole('button', { name: 'Tune', exact: true }).last().click();
    await page().getByText('Version 1').waitFor({ timeout: 120_000 });
    await step('Audience');
    await shop.unfold('Next best offers');
    const ranking = page().getByLabel('Ranked by 1');
    const before = await ranking.inputValue();
    await ranking.selectOption({ label: 'Customers who buy candles and t-lights, version 1' });
    await expect.poll(() => ranking.inputValue(), { timeout: 120_000 }).not.toBe(before);
    const target = path.join(real.folder, 'tuned-offers.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export offers' }).click();
    await page().getByText('/tuned-offers.csv').first().waitFor();
    expect(manifestOf(target).ask).toMatchObject({
      offers: { offers: [{ name: 'candles', tuned: 'Customers who buy candles and t-lights@1' }, { name: 'tea' }] },
    });
    // The ranking on show stays the one that it was.
    await page()
      .getByRole('heading', { level: 2, name: 'Customers who buy candles and t-lights', exact: true })
      .waitFor();
    await shop.unfold('Measure a campaign');
    expect(await shop.size()).toBe(450);
  });

  it('is readable in the dark and fits a small window', async () => {
    await real.colours('dark');
    await page().getByRole('heading', { level: 2, name: 'Next best offers' }).scrollIntoViewIfNeeded();
    await real.shoot('audience-offers-dark');
    await real.expectAccessible();
    await page()
      .getByRole('img', { name: /^Qini curve/ })
      .scrollIntoViewIfNeeded();
    await real.shoot('audience-measure-dark');
    await real.resize(1280, 720);
    await real.expectNothingBeyond('.view');
    await real.colours('light');
    await page().getByRole('heading', { level: 2, name: 'Next best offers' }).scrollIntoViewIfNeeded();
    await real.shoot('audience-offers-small');
  });

  it('makes earlier exports again, to the byte', async () => {
    await shop.unfold('Make an earlier export again');
    expect(await page().getByRole('button', { name: 'Make it again' }).isDisabled()).toBe(true);
    // An audience with a holdout, and offers of which one was ranked by a tuned version.
    for (const [name, again] of [
      ['tuned-offers.csv', 'offers-again.csv'],
      ['campaign.csv', 'again.csv'],
    ] as const) {
      await remake(name, again);
      await page().getByText('Exactly the files that the manifest speaks of').waitFor({ timeout: 120_000 });
      for (const ending of ['', '.members.csv']) {
        const bytes = readFileSync(path.join(real.folder, `${name}${ending}`));
        expect(readFileSync(path.join(real.folder, `${again}${ending}`)).equals(bytes)).toBe(true);
        const digest = createHash('sha256').update(bytes).digest('hex');
        await page().getByText(`${again}${ending}: ${digest} (SHA-256)`).waitFor();
      }
    }
    await page().getByText('Exactly the files that the manifest speaks of').scrollIntoViewIfNeeded();
    await real.shoot('audience-remade');
    await real.expectAccessible();
    // The ranking on show and the audience stay what they were.
    expect(await shop.size()).toBe(450);
    await real.colours('dark');
    await real.resize(1280, 720);
    await real.expectNothingBeyond('.view');
    await real.expectAccessible();
    await real.colours('light');
  }, 400_000);

  it('says why an earlier export cannot be made again', async () => {
    const fails = async (name: string, again: string, why: RegExp) => {
      await remake(name, again);
      await page().getByText(why).waitFor({ timeout: 120_000 });
      expect(await page().getByText('Exactly the files that the manifest speaks of').count()).toBe(0);
      await page().getByRole('button', { name: 'Dismiss' }).click();
    };
    const campaign = readFileSync(path.join(real.folder, 'campaign.csv'));
    await fails('campaign.csv', 'campaign.csv', /would be written over the one that it is compared with/);
    expect(readFileSync(path.join(real.folder, 'campaign.csv')).equals(campaign)).toBe(true);

    const list = path.join(real.folder, 'not-now.csv');
    const ids = table(path.join(real.folder, 'campaign.csv')).map((row) => row['user_id']);
    writeFileSync(list, ['user_id', ...ids.slice(0, 5)].join('\n'));
    await real.choose(list);
    await page().getByRole('button', { name: 'Add a list' }).nth(1).click();
    await page().getByText('not-now.csv: entries 5, customers found 5').waitFor();
    await shop.exportAs('without.csv');
    writeFileSync(list, ['user_id', ...ids.slice(0, 6)].join('\n'));
    await fails('without.csv', 'without-again.csv', /A file that the export was made from has changed or is gone/);

    const step = (name: string) => page().getByRole('navigation').getByText(name).click();
    await step('Tune');
    await page().getByRole('button', { name: 'Delete' }).first().click();
    await page()
      .getByText(/^Version 1 of .* was deleted/)
      .waitFor();
    await step('Audience');
    await shop.unfold('Make an earlier export again');
    await fails('tuned-offers.csv', 'no-offers.csv', /There is no tuned instruction .*@1/);

    await step('Data');
    await page()
      .getByRole('button', { name: /^Delete profile/ })
      .click();
    await page()
      .getByText(/^profile.* was deleted/)
      .waitFor();
    await step('Audience');
    await shop.unfold('Make an earlier export again');
    await fails(
      'campaign.csv',
      'changed.csv',
      /"Customers who buy candles and t-lights" ranks the customers otherwise now/,
    );
  }, 400_000);

  async function remake(name: string, again: string): Promise<void> {
    await real.choose(path.join(real.folder, `${name}.manifest.json`));
    await page().getByRole('button', { name: 'Choose a manifest' }).click();
    await real.saveAs(path.join(real.folder, again));
    await page().getByRole('button', { name: 'Make it again' }).click();
  }

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
