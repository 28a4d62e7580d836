import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { measureCampaign, readMembers, readOutcomes } from '../../electron/services/audience/measure.js';
import { parseRecipe } from '../../electron/services/recipe/recipe.js';
import { models, RealApp } from './real-app.js';

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
  const left = (words: string) => page().getByRole('listitem').filter({ hasText: words });
  const leftOut = async (words: string) =>
    Number(((await left(words).textContent()) ?? '').trim().split(' ')[0]!.replaceAll(',', ''));
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

  it('keeps out who is on a hashed list, was contacted before, or is one too many of a group', async () => {
    const ids = table(path.join(real.folder, 'cut.csv')).map(({ user_id }) => user_id!);
    const contacts = path.join(real.folder, 'contacts.csv');
    const rows = table(path.join(sample, 'profile.csv.gz')).map(({ user_id }) => `${user_id},${user_id}@Example.com`);
    writeFileSync(contacts, ['user_id,email', ...rows].join('\n'));
    const optOut = path.join(real.folder, 'opt-out.txt');
    // The best customer by id, the second by email, the third by a digest of the email.
    const digest = createHash('sha256').update(`${ids[2]!.toLowerCase()}@example.com`).digest('hex');
    writeFileSync(optOut, [ids[0], `${ids[1]}@example.com`, digest].join('\n'));

    await page().getByRole('heading', { level: 2, name: 'More rules' }).click();
    const more = page().getByRole('group').filter({ hasText: 'Never contact' });
    await real.choose(contacts);
    await more.getByRole('button', { name: 'Choose a file' }).click();
    await more.getByText('contacts.csv').waitFor();
    await real.choose(optOut);
    await more.getByRole('button', { name: 'Add a list' }).nth(0).click();
    await left('never to be contacted').waitFor();
    expect(await leftOut('never to be contacted')).toBe(3);
    await real.choose(path.join(real.folder, 'cut.csv.members.csv'));
    await more.getByRole('button', { name: 'Add a list' }).nth(1).click();
    await left('contacted too often').waitFor();
    expect(await leftOut('contacted too often')).toBe(ids.length - 3);
    await more.getByLabel('Leave out who was on').selectOption('2 or more of them');
    await left('contacted too often').waitFor({ state: 'detached' });
    await more.getByLabel('Leave out who was on').selectOption('1 or more of them');
    await more.getByLabel('Cap per group').selectOption('country');
    await left('over the cap of their group').waitFor();
    await more.getByText('3 in force').or(more.getByText('4 in force')).waitFor();
    await more.scrollIntoViewIfNeeded();
    await real.shoot('audience-more-rules');
    await real.expectAccessible();

    const target = path.join(real.folder, 'capped.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export audience' }).click();
    await page().getByText('/capped.csv').first().waitFor();
    const taken = table(target).map(({ user_id }) => user_id!);
    expect(taken).toHaveLength(await size());
    expect(taken.filter((id) => ids.includes(id))).toEqual([]);
    const country = new Map(table(path.join(sample, 'profile.csv.gz')).map((row) => [row['user_id'], row['country']]));
    const british = taken.filter((id) => country.get(id) === 'United Kingdom').length;
    expect(british).toBeGreaterThan(0);
    expect(british / taken.length).toBeLessThanOrEqual(0.5);
    const { counts } = manifestOf(target);
    const { ranked, selected, treated, holdout, ...out } = counts as Record<string, number>;
    expect(Object.values(out).reduce((sum, one) => sum + one, selected!)).toBe(ranked);
    expect(treated! + holdout!).toBe(selected);
  });

  it('writes contact data for a platform, hashed', async () => {
    await page().getByRole('combobox', { name: /^File/ }).selectOption('Google Customer Match');
    const target = path.join(real.folder, 'google.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export audience' }).click();
    await page().getByText('/google.csv').first().waitFor();
    const [header, first] = readFileSync(target, 'utf8').split(/\r?\n/);
    expect(header).toBe('Email,Phone,First Name,Last Name,Country,Zip');
    expect(first).toMatch(/^[0-9a-f]{64},/);
    await page().getByRole('combobox', { name: /^File/ }).selectOption('CSV');
  });

  it('shows how often each group is taken, and warns at the four-fifths rule', async () => {
    const more = page().getByRole('group').filter({ hasText: 'Never contact' });
    await more.getByLabel('Cap per group').selectOption('');
    await more.getByLabel('Fairness').selectOption('country');
    const rates = page().getByRole('table', { name: /^How often each group is taken/ });
    await rates.waitFor();
    const british = rates.getByRole('row').filter({ hasText: 'United Kingdom' });
    expect(await british.getByRole('cell').nth(1).textContent()).toMatch(/^[\d,]+ \/ [\d,]+$/);
    expect(await british.getByRole('cell').nth(2).textContent()).toMatch(/% +[\d.]+–[\d.]+/);
    await rates.scrollIntoViewIfNeeded();
    await real.shoot('audience-fairness');
    await real.expectAccessible();
    await more.getByLabel('Fairness').selectOption('');
    for (const file of ['opt-out.txt', 'cut.csv.members.csv', 'contacts.csv'])
      await more.getByRole('button', { name: `Remove ${file}` }).click();
    await page().getByRole('heading', { level: 2, name: 'More rules' }).click();
    await becomes((customers) => customers === 150);
  });

  it('takes an audience from joined instructions', async () => {
    await page().getByRole('heading', { level: 2, name: 'Join instructions' }).click();
    await page().getByRole('button', { name: 'Add an instruction' }).click();
    await page()
      .getByRole('heading', { name: 'Customers who buy candles and t-lights AND Customers who buy tea cups and mugs' })
      .waitFor();
    await page().getByLabel('Joined by 1').selectOption('and not');
    await page()
      .getByRole('heading', {
        name: 'Customers who buy candles and t-lights AND NOT Customers who buy tea cups and mugs',
      })
      .waitFor();
    await real.shoot('audience-joined');
    await real.expectAccessible();
    const target = path.join(real.folder, 'joined.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export audience' }).click();
    await page().getByText('/joined.csv').first().waitFor();
    const { ask } = manifestOf(target);
    expect(ask).toEqual({
      target: {
        instructions: {
          a: { instruction: 'Customers who buy candles and t-lights' },
          b: { instruction: 'Customers who buy tea cups and mugs' },
        },
        combine: { and: [{ ranking: 'a' }, { not: { ranking: 'b' } }] },
      },
    });
    const joined = table(target).map(({ user_id }) => user_id!);
    expect(joined).toHaveLength(150);
    const alone = new Set(
      table(path.join(real.folder, 'cut.csv'))
        .slice(0, 150)
        .map(({ user_id }) => user_id!),
    );
    expect(joined.filter((id) => !alone.has(id)).length).toBeGreaterThan(15);
    await page().getByRole('button', { name: 'Remove line 1' }).click();
    await page()
      .getByRole('heading', { level: 2, name: 'Customers who buy candles and t-lights', exact: true })
      .waitFor();
    await page().getByRole('heading', { level: 2, name: 'Join instructions' }).click();
  });

  it('measures what a campaign brought', async () => {
    await page().getByLabel('Holdout').selectOption('50 %');
    const share = page().getByRole('textbox', { name: 'Share of customers' });
    await share.fill('60');
    await share.press('Enter');
    await becomes((customers) => customers === 450);
    const target = path.join(real.folder, 'campaign.csv');
    await real.saveAs(target);
    await page().getByRole('button', { name: 'Export audience' }).click();
    await page().getByText('/campaign.csv').first().waitFor();

    await page().getByRole('heading', { level: 2, name: 'Measure a campaign' }).click();
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
    await real.choose(path.join(real.folder, 'capped.csv.manifest.json'));
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
    await page().getByRole('heading', { level: 2, name: 'Next best offers' }).click();
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

  it('is readable in the dark and in a small window', async () => {
    await real.colours('dark');
    await page().getByRole('heading', { level: 2, name: 'Next best offers' }).scrollIntoViewIfNeeded();
    await real.shoot('audience-offers-dark');
    await real.expectAccessible();
    await page()
      .getByRole('img', { name: /^Qini curve/ })
      .scrollIntoViewIfNeeded();
    await real.shoot('audience-measure-dark');
    await sizeBy('As many as pay off');
    await page()
      .getByRole('img', { name: /^Expected profit/ })
      .waitFor();
    await real.resize(1280, 720);
    await page()
      .getByRole('img', { name: /^Expected profit/ })
      .scrollIntoViewIfNeeded();
    await real.shoot('audience-value-dark');
    await real.expectAccessible();
    await real.colours('light');
    await page().getByRole('heading', { level: 2, name: 'Next best offers' }).scrollIntoViewIfNeeded();
    await real.shoot('audience-offers-small');
    await page().getByRole('heading', { level: 2, name: 'More rules' }).click();
    await page().getByRole('heading', { level: 2, name: 'More rules' }).scrollIntoViewIfNeeded();
    await real.shoot('audience-more-rules-small');
    await sizeBy('Share of customers');
  });

  it('saves the whole job as a recipe, which gives the same bytes on another machine', async () => {
    const recipe = path.join(real.folder, 'weekly.json');
    await becomes((customers) => customers === 450);
    await real.saveAs(recipe);
    await page().getByRole('button', { name: 'Save as recipe' }).first().click();
    await page()
      .getByText(/^Run it with: npm run -s cli -- run/)
      .waitFor();
    const written = parseRecipe(readFileSync(recipe, 'utf8'), recipe);
    expect(written.workspace).toBe('shop.instructue');
    expect(written.sources.map(({ source }) => source).sort()).toEqual(['labels', 'profile', 'purchases']);
    // Another machine has the files and the recipe, and not the workspace.
    writeFileSync(recipe, JSON.stringify({ ...written, workspace: 'elsewhere.instructue' }));
    execFileSync('npx', ['tsx', 'electron/cli/main.ts', 'run', recipe], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { ...process.env, INSTRUCTUE_MODEL: models },
    });
    for (const ending of ['', '.members.csv'])
      expect(readFileSync(path.join(real.folder, `weekly.csv${ending}`), 'utf8')).toBe(
        readFileSync(path.join(real.folder, `campaign.csv${ending}`), 'utf8'),
      );
  }, 240_000);

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});

interface Manifest {
  ask: unknown;
  audience: { size: unknown };
  counts: unknown;
}

/** Rows of a plain CSV file by column, unpacked when it ends in .gz. */
function table(file: string): Record<string, string>[] {
  const bytes = readFileSync(file);
  const [header, ...rows] = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split(/\r?\n/);
  const names = header!.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at]!, cell])));
}
