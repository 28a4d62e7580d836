import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const root = path.resolve(import.meta.dirname, '../..');
const whole = path.resolve(root, '../shared/data/uci_online_retail');
/** The whole data set where it lies beside the repository, else the bundled sample of it. */
const data = existsSync(whole)
  ? {
      transactions: path.join(whole, 'transactions.csv'),
      profile: path.join(whole, 'profile.csv'),
      labels: path.join(whole, 'labels.csv'),
      customers: 3317,
    }
  : {
      transactions: path.join(root, 'sample', 'transactions.csv.gz'),
      profile: path.join(root, 'sample', 'profile.csv.gz'),
      labels: path.join(root, 'sample', 'labels.csv.gz'),
      customers: 1500,
    };
const customers = new Intl.NumberFormat('en-GB').format(data.customers);

describe('from files to an exported audience', () => {
  let real: RealApp;
  const ranked = () => real.page.getByRole('table', { name: 'Ranked customers' });

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed');
  });

  it('welcomes and creates a workspace', async () => {
    await real.shoot('welcome');
    await real.expectAccessible();
    await real.saveAs(path.join(real.folder, 'shop.instructue'));
    await real.page.getByRole('button', { name: /New workspace/ }).click();
    await real.page.getByRole('heading', { name: 'Data', level: 1 }).waitFor();
    expect(existsSync(path.join(real.folder, 'shop.instructue'))).toBe(true);
    await real.shoot('data-empty');
    await real.expectAccessible();
  });

  it('shows what the files seem to hold, and lets a role be changed', async () => {
    await real.choose(data.transactions, data.profile);
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    const importBoth = real.page.getByRole('button', { name: 'Import 2 files' });
    await importBoth.waitFor();
    const kinds = real.page.getByLabel('This file holds');
    expect(await kinds.nth(0).inputValue()).toBe('purchases');
    expect(await kinds.nth(1).inputValue()).toBe('profile');
    const roles = real.page.getByLabel(/^user_id – transactions/);
    expect(await roles.inputValue()).toBe('id');
    await real.page.getByLabel(/^unit_price – transactions/).selectOption('ignore');
    await real.shoot('data-preview');
    await real.expectAccessible();
  });

  it('imports them and reports every row', async () => {
    await real.page.getByRole('button', { name: 'Import 2 files' }).click();
    await real.page.getByText('In this workspace').waitFor();
    await real.page.getByRole('button', { name: 'Import this file' }).waitFor({ state: 'detached' });
    const nav = real.page.getByRole('navigation');
    await nav.getByText(`${customers} customers`).waitFor();
    await real.shoot('data-report');
    await real.expectAccessible();
  });

  it('ranks every customer by an instruction', async () => {
    await real.page.getByRole('button', { name: 'Ask a question' }).click();
    await real.shoot('ask-empty');
    await real.expectAccessible();
    await real.page
      .getByRole('textbox', { name: 'Instruction' })
      .fill('Customers who buy candles and t-lights but not garden items');
    await real.page.getByRole('button', { name: 'Rank customers' }).click();
    await real.page.getByText(`${customers} customers ranked on`).waitFor({ timeout: 170_000 });
    await real.page.locator(`[role=table][aria-rowcount="${data.customers + 1}"]`).waitFor();
    await real.shoot('ask-ranked');
    await real.expectAccessible();
  });

  it('finds a customer in the ranking', async () => {
    const first = await ranked().getByRole('row').nth(1).getByRole('cell').nth(1).textContent();
    await real.page.getByRole('searchbox', { name: 'Search customer id' }).fill(first ?? '');
    await real.page.locator('[role=table][aria-rowcount="2"]').waitFor();
    expect(await ranked().getByRole('row').nth(1).getByRole('cell').nth(0).textContent()).toBe('1');
    await real.page.getByRole('searchbox', { name: 'Search customer id' }).fill('');
  });

  it('draws the rows where a fling comes to rest', async () => {
    const scrollTo = (top: number) =>
      real.page.evaluate((to) => {
        document.querySelector('[role=table] [role=rowgroup][tabindex]')!.scrollTop = to;
      }, top);
    await scrollTo(60_000);
    const row = ranked().locator('[aria-rowindex="1940"]');
    await row.getByRole('button').waitFor();
    await row.getByText('1,939', { exact: true }).waitFor();
    await scrollTo(0);
    await ranked().locator('[aria-rowindex="2"]').getByRole('button').waitFor();
  });

  it('shows what is known of a customer', async () => {
    const first = ranked().getByRole('row').nth(1).getByRole('button');
    const id = (await first.textContent()) ?? '';
    await first.click();
    const drawer = real.page.getByRole('dialog');
    await drawer.getByRole('heading', { name: 'Purchases' }).waitFor();
    await drawer.getByText(id).waitFor();
    const timeline = drawer.getByRole('region', { name: 'Timeline' });
    await timeline
      .getByText(/^2011-\d\d-\d\d$/)
      .first()
      .waitFor();
    await timeline.scrollIntoViewIfNeeded();
    await real.shoot('timeline');
    await drawer.getByRole('heading', { name: 'Profile' }).waitFor();
    await real.shoot('customer');
    await real.expectAccessible();
    await real.page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
  });

  it('cancels a ranking, which leaves nothing behind', async () => {
    const outcome = await real.page.evaluate(async () => {
      const { rank, tasks } = window.instructue;
      const question = { instruction: 'Customers who buy garden tools' };
      const ranking = rank.start({ taskId: 'cancelled at once', question });
      await tasks.cancel({ taskId: 'cancelled at once' });
      return { ranking: await ranking, stored: await rank.list(), running: await tasks.list() };
    });
    expect(outcome.ranking).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(outcome.stored).toMatchObject({ ok: true, value: { length: 1 } });
    expect(outcome.running).toEqual({ ok: true, value: [] });
  });

  it('checks the ranking against known outcomes', async () => {
    const nav = real.page.getByRole('navigation');
    await nav.getByText('Data').click();
    await real.choose(data.labels);
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    await real.page.getByRole('button', { name: 'Import this file' }).click();
    await real.page.getByRole('heading', { name: 'Labels (known outcomes)' }).waitFor();
    await nav.getByText('Ask').click();
    await real.page.getByRole('button', { name: 'How good is it?' }).click();
    await real.page
      .getByRole('combobox', { name: /^Check against known outcomes/ })
      .selectOption('bought_candles_tlights_sep_nov');
    await real.page.getByRole('rowheader', { name: 'Activity count' }).waitFor();
    await real.shoot('outcome');
    await real.expectAccessible();
    await real.page.getByRole('button', { name: 'Back to the ranking' }).click();
  });

  it('tunes the instruction by a few known customers', async () => {
    // The first two hundred customers of the label file, as a person might have asked them.
    const all = data.labels.endsWith('.gz') ? gunzipSync(readFileSync(data.labels)) : readFileSync(data.labels);
    const examples = path.join(real.folder, 'examples.csv');
    writeFileSync(examples, all.toString().split('\n').slice(0, 201).join('\n'));
    await real.page.getByRole('navigation').getByText('Tune').click();
    await real.choose(examples);
    await real.page.getByRole('button', { name: 'Choose examples' }).click();
    await real.page.getByLabel('Has what you look for').selectOption('bought_candles_tlights_sep_nov');
    await real.page.getByRole('button', { name: 'Tune', exact: true }).last().click();
    await real.page.getByText('Version 1').waitFor({ timeout: 60_000 });
    await real.page.getByText(/than before on examples held back/).waitFor();
    await real.shoot('tune');
    await real.expectAccessible();
    await real.page.getByRole('navigation').getByText('Ask').click();
  });

  it('exports the best tenth, without those on a list and with a holdout', async () => {
    const best = await ranked().getByRole('row').nth(1).getByRole('button').textContent();
    const unwanted = path.join(real.folder, 'unsubscribed.csv');
    writeFileSync(unwanted, `user_id\n${best}\n`);
    const target = path.join(real.folder, 'audience.csv');
    await real.page.getByRole('button', { name: 'Make an audience' }).click();
    await real.page.getByText('Lowest score included').waitFor();
    await real.choose(unwanted);
    await real.page.getByRole('button', { name: 'Add a list' }).nth(1).click();
    await real.page.getByText('left out by a list').waitFor();
    await real.page.getByLabel('Holdout').selectOption('20 %');
    await real.page.getByText(/more held out/).waitFor();
    await real.saveAs(target);
    await real.page.getByRole('button', { name: 'Export audience' }).click();
    await real.page.getByText(/customers exported/).waitFor();
    const rows = readFileSync(target, 'utf8').trimEnd().split(/\r?\n/);
    const members = readFileSync(`${target}.members.csv`, 'utf8').trimEnd().split(/\r?\n/);
    const selected = members.length - 1;
    expect(Math.abs(selected - data.customers / 10)).toBeLessThanOrEqual(2);
    expect(Math.abs(rows.length - 1 - 0.8 * selected)).toBeLessThanOrEqual(2);
    expect(rows[0]).toBe('rank,user_id,score');
    expect(members.some((row) => row.includes(`,${best},`))).toBe(false);
    const scores = rows.slice(1).map((row) => Number(row.split(',')[2]));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    await real.shoot('audience');
    await real.expectAccessible();
  });

  it('follows the system into the dark', async () => {
    await real.colours('dark');
    await real.shoot('audience-dark');
    await real.expectAccessible();
    await real.page.getByRole('navigation').getByText('Ask').click();
    await real.shoot('ask-dark');
    await real.expectAccessible();
    await real.page.getByRole('navigation').getByText('Data').click();
    await real.shoot('data-dark');
    await real.expectAccessible();
  });

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
