import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, OUTCOME, RankedShop, sample, table } from './ranked-shop.js';
import type { RealApp } from './real-app.js';

/** Real orders of the sample; the outcomes are what the customers bought later. */
describe('from a ranking to an audience', () => {
  let shop: RankedShop;
  let real: RealApp;
  const page = () => shop.page;
  const left = (words: string) => page().getByRole('listitem').filter({ hasText: words });
  const leftOut = async (words: string) =>
    Number(((await left(words).textContent()) ?? '').trim().split(' ')[0]!.replaceAll(',', ''));

  beforeAll(async () => {
    shop = await RankedShop.open();
    real = shop.real;
  }, 300_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-audience');
  });

  it('takes everybody from a score up', async () => {
    await shop.sizeBy('From a score up');
    // Changing over keeps the audience.
    await shop.becomes((customers) => customers === 150);
    const field = page().getByRole('textbox', { name: 'From a score up' });
    await field.fill('-1');
    await field.press('Enter');
    await shop.becomes((customers) => customers === 1500);
    await page().getByRole('slider', { name: 'From a score up' }).focus();
    await page().keyboard.press('End');
    await shop.becomes((customers) => customers <= 1);
    await page().keyboard.press('PageDown');
    await shop.becomes((customers) => customers >= 1);
    await real.shoot('audience-score');
    await real.expectAccessible();
  });

  it('finds the most profitable number of customers', async () => {
    await shop.sizeBy('As many as pay off');
    await page().getByText('Choose a known outcome').waitFor();
    await page().getByLabel('What counts as a conversion').selectOption({ label: OUTCOME });
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
    await shop.becomes((customers) => customers === best);
    expect(best).toBeGreaterThan(0);
    expect(best).toBeLessThan(1500);
    await real.shoot('audience-value');
    await real.expectAccessible();
  });

  it('cuts the curve where it is clicked, dragged to or moved to by key, with exact counts', async () => {
    const best = await shop.size();
    const box = (await page()
      .getByRole('img', { name: /^Expected profit/ })
      .boundingBox())!;
    const y = box.y + box.height / 2;
    await page().mouse.move(box.x + 0.75 * box.width, y);
    await page().mouse.down();
    await shop.becomes((customers) => Math.abs(customers - 1110) < 75);
    await page().mouse.move(box.x + 0.3 * box.width, y, { steps: 12 });
    await page().mouse.up();
    await shop.becomes((customers) => Math.abs(customers - 400) < 75);
    await page().mouse.move(box.x + 0.9 * box.width, y);
    const slider = page().getByRole('slider', { name: 'Number of customers' });
    const cut = Number(await slider.inputValue());
    await shop.becomes((customers) => customers === cut);
    await slider.press('ArrowRight');
    await shop.becomes((customers) => customers === cut + 1);
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
    await shop.becomes((customers) => customers === best);
  });

  it('keeps to a budget, and takes outcomes from a file', async () => {
    const budget = page().getByRole('textbox', { name: 'Budget' });
    await budget.fill('90');
    await budget.press('Enter');
    await shop.becomes((customers) => customers <= 30);
    await real.shoot('audience-budget');
    const before = await shop.size();
    await real.choose(path.join(sample, 'labels.csv.gz'));
    await page().getByRole('button', { name: 'From a file' }).click();
    await page().getByLabel('What counts as a conversion').locator('optgroup').nth(1).waitFor({ state: 'attached' });
    const outcomes = page().getByLabel('What counts as a conversion');
    const key = await outcomes.locator('optgroup').nth(1).locator('option', { hasText: OUTCOME }).getAttribute('value');
    await outcomes.selectOption(key);
    await shop.becomes((customers) => customers === before);
    await shop.sizeBy('Share of customers');
    await shop.becomes((customers) => customers === 150);
  });

  it('keeps out who is on a hashed list, was contacted before, or is one too many of a group', async () => {
    const ids = table(path.join(real.folder, 'cut.csv')).map(({ user_id }) => user_id!);
    const contacts = path.join(real.folder, 'contacts.csv');
    const rows = table(path.join(sample, 'profile.csv.gz')).map(
      ({ user_id }, at) => `${user_id},${user_id}@Example.com,${at % 3 === 0 ? 'nee' : 'Klar'}`,
    );
    writeFileSync(contacts, ['user_id,email,newsletter', ...rows].join('\n'));
    const optOut = path.join(real.folder, 'opt-out.txt');
    // The best customer by id, the second by email, the third by a digest of the email.
    const digest = createHash('sha256').update(`${ids[2]!.toLowerCase()}@example.com`).digest('hex');
    writeFileSync(optOut, [ids[0], `${ids[1]}@example.com`, digest].join('\n'));

    await shop.unfold('More rules');
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

    const target = await shop.exportAs('capped.csv');
    const taken = table(target).map(({ user_id }) => user_id!);
    expect(taken).toHaveLength(await shop.size());
    expect(taken.filter((id) => ids.includes(id))).toEqual([]);
    const country = new Map(table(path.join(sample, 'profile.csv.gz')).map((row) => [row['user_id'], row['country']]));
    const british = taken.filter((id) => country.get(id) === 'United Kingdom').length;
    expect(british).toBeGreaterThan(0);
    expect(british / taken.length).toBeLessThanOrEqual(0.5);
    const { counts } = manifestOf(target);
    const { ranked, selected, treated, holdout, ...out } = counts;
    expect(Object.values(out).reduce((sum, one) => sum + one, selected!)).toBe(ranked);
    expect(treated! + holdout!).toBe(selected);
  });

  it('writes contact data for a platform, hashed', async () => {
    await page().getByRole('combobox', { name: /^File/ }).selectOption('Google Customer Match');
    const target = await shop.exportAs('google.csv');
    const [header, first] = readFileSync(target, 'utf8').split(/\r?\n/);
    expect(header).toBe('Email,Phone,First Name,Last Name,Country,Zip');
    expect(first).toMatch(/^[0-9a-f]{64},/);
    await page().getByRole('combobox', { name: /^File/ }).selectOption('CSV');
  });

  it('says what came of every list, and warns of those that fit nobody', async () => {
    const digests = ['a@example.com', 'b@example.com'].map((email) => createHash('md5').update(email).digest('hex'));
    const hashed = path.join(real.folder, 'md5.txt');
    writeFileSync(hashed, digests.join('\n'));
    const empty = path.join(real.folder, 'empty.csv');
    writeFileSync(empty, 'email\n');
    const more = page().getByRole('group').filter({ hasText: 'Never contact' });
    await real.choose(hashed, empty);
    await more.getByRole('button', { name: 'Add a list' }).nth(0).click();
    const reports = page().getByRole('list', { name: 'What came of the lists' });
    await reports.getByText('md5.txt: entries 2, customers found 0').waitFor();
    await reports.getByText('empty.csv: entries 0, customers found 0').waitFor();
    await reports.getByText('opt-out.txt: entries 3, customers found 3').waitFor();
    const warnings = page().getByRole('alert').filter({ hasText: 'Before you use it' });
    await warnings
      .getByText(/^The suppression list md5\.txt fits no customer.* MD5 and SHA-1 .* use SHA-256/)
      .waitFor();
    await warnings.getByText(/^The suppression list empty\.csv is empty/).waitFor();
    await page().getByRole('button', { name: '2 warnings' }).click();
    await real.shoot('audience-lists');
    await real.expectAccessible();
    for (const name of ['md5.txt', 'empty.csv']) await more.getByRole('button', { name: `Remove ${name}` }).click();
    await warnings.waitFor({ state: 'detached' });
  });

  it('lets the person say which values of a column are consent', async () => {
    await page().getByLabel('Consent').selectOption('newsletter');
    await page()
      .getByText(/^Nobody has consent: no value of "newsletter" is a yes that is known/)
      .waitFor();
    await shop.becomes((customers) => customers === 0);
    const values = page().getByRole('group', { name: /^These values mean yes/ });
    expect(await values.getByRole('checkbox').count()).toBe(2);
    await values.getByRole('checkbox', { name: 'Klar (1,000)' }).check();
    await shop.becomes((customers) => customers > 0);
    expect(await leftOut('without consent')).toBeLessThanOrEqual(500);
    await values.scrollIntoViewIfNeeded();
    await real.shoot('audience-consent');
    await real.expectAccessible();
    const target = await shop.exportAs('agreed.csv');
    const consent = { column: 'newsletter', allowed: ['Klar'] };
    expect(manifestOf(target).audience).toMatchObject({ consent });
    const recipe = path.join(real.folder, 'agreed.json');
    await real.saveAs(recipe);
    await page().getByRole('button', { name: 'Save as recipe' }).first().click();
    await page().getByText('Recipe saved').waitFor();
    expect(JSON.parse(readFileSync(recipe, 'utf8'))).toMatchObject({ audience: { consent } });
    await values.getByRole('checkbox', { name: 'Klar (1,000)' }).uncheck();
    await shop.becomes((customers) => customers === 0);
    await page().getByLabel('Consent').selectOption('');
    await values.waitFor({ state: 'detached' });
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
    await shop.unfold('More rules');
    await shop.becomes((customers) => customers === 150);
  });

  it('takes an audience from joined instructions', async () => {
    await shop.unfold('Join instructions');
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
    const target = await shop.exportAs('joined.csv');
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
    await shop.unfold('Join instructions');
  });

  it('is readable in the dark and fits a small window', async () => {
    await shop.sizeBy('As many as pay off');
    await page()
      .getByRole('img', { name: /^Expected profit/ })
      .waitFor();
    await real.colours('dark');
    await real.resize(1280, 720);
    await real.expectNothingBeyond('.view');
    await real.shoot('audience-value-dark');
    await real.expectAccessible();
    await real.colours('light');
    await shop.unfold('More rules');
    await page().getByRole('heading', { level: 2, name: 'More rules' }).scrollIntoViewIfNeeded();
    await real.shoot('audience-more-rules-small');
    await real.expectNothingBeyond('.view');
  });

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
