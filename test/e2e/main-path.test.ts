import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const root = path.resolve(import.meta.dirname, '../..');
const whole = path.resolve(root, '../shared/data/uci_online_retail');
/** The whole data set where it lies beside the repository, else the bundled sample of it. */
const data = existsSync(whole)
  ? { transactions: path.join(whole, 'transactions.csv'), profile: path.join(whole, 'profile.csv'), customers: 3317 }
  : {
      transactions: path.join(root, 'sample', 'transactions.csv.gz'),
      profile: path.join(root, 'sample', 'profile.csv.gz'),
      customers: 1500,
    };
const customers = new Intl.NumberFormat('en-GB').format(data.customers);

describe('from files to an exported audience', () => {
  let real: RealApp;

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
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
      .fill('Will this customer buy Christmas decorations in the coming months?');
    await real.page.getByRole('button', { name: 'Rank customers' }).click();
    await real.page.getByText(`${customers} customers ranked on`).waitFor({ timeout: 170_000 });
    expect(await real.page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(data.customers + 1));
    await real.shoot('ask-ranked');
    await real.expectAccessible();
  });

  it('finds a customer in the ranking', async () => {
    const first = await real.page.getByRole('row').nth(1).getByRole('cell').nth(1).textContent();
    await real.page.getByRole('searchbox', { name: 'Search customer id' }).fill(first ?? '');
    await real.page.locator('[role=table][aria-rowcount="2"]').waitFor();
    expect(await real.page.getByRole('row').nth(1).getByRole('cell').nth(0).textContent()).toBe('1');
    await real.page.getByRole('searchbox', { name: 'Search customer id' }).fill('');
  });

  it('exports the best tenth', async () => {
    const target = path.join(real.folder, 'audience.csv');
    await real.saveAs(target);
    await real.page.getByRole('button', { name: 'Make an audience' }).click();
    await real.page.getByText('Lowest score included').waitFor();
    await real.page.getByRole('button', { name: 'Export audience' }).click();
    const wanted = Math.ceil(data.customers / 10);
    await real.page.getByText(`${wanted} customers exported`).waitFor();
    const lines = readFileSync(target, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(wanted + 1);
    expect(lines[0]).toBe('rank,user_id,score');
    const scores = lines.slice(1).map((line) => Number(line.split(',')[2]));
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
