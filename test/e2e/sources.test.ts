import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const sample = path.resolve(import.meta.dirname, '../../sample');
const lines = (name: string): string[] =>
  gunzipSync(readFileSync(path.join(sample, name)))
    .toString()
    .trimEnd()
    .split('\n');

describe('files of a workspace', () => {
  let real: RealApp;
  const write = (name: string, content: readonly string[]): string => {
    const file = path.join(real.folder, name);
    writeFileSync(file, `${content.join('\n')}\n`);
    return file;
  };
  const card = (heading: string) => real.page.getByRole('article').filter({ hasText: heading });
  const choose = (file: string) => real.choose(file);
  const orders = lines('transactions.csv.gz').slice(0, 20_001);
  const buyers = new Set(orders.slice(1).map((line) => line.split(',')[0]));
  const people = lines('profile.csv.gz').filter((line, at) => at === 0 || buyers.has(line.split(',')[0]));
  // The sample's profile, with ages that are made up.
  const aged = people.map((line, at) => `${line},${at === 0 ? 'age' : 18 + ((at * 7) % 60)}`);

  beforeAll(async () => {
    real = await RealApp.launch();
    await real.saveAs(path.join(real.folder, 'shop.instructue'));
    await real.page.getByRole('button', { name: /New workspace/ }).click();
    await real.page.getByRole('heading', { name: 'Data', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('sources-failed');
  });

  it('proposes what may be sensitive, and leaves the decision to the person', async () => {
    await real.choose(write('orders.csv', orders), write('people.csv', aged));
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    await real.page.getByRole('button', { name: 'Import 2 files' }).waitFor();
    const role = real.page.getByLabel('age – people.csv');
    expect(await role.inputValue()).toBe('number');
    await real.page.getByText('May be sensitive', { exact: true }).waitFor();
    await real.page.getByRole('button', { name: 'Keep from the model', exact: true }).scrollIntoViewIfNeeded();
    await real.shoot('data-sensitive');
    await real.expectAccessible();
    // All of them at once, from the top of the list, where nobody has to look for them.
    const notice = real.page.getByRole('status').filter({ hasText: 'may be sensitive' });
    await notice.getByText('people.csv: age').waitFor();
    await notice.scrollIntoViewIfNeeded();
    await real.shoot('data-sensitive-notice');
    await notice.getByRole('button', { name: 'Keep all from the model' }).click();
    await notice.waitFor({ state: 'detached' });
    expect(await role.inputValue()).toBe('sensitive');
    await role.selectOption('number');
    await real.page.getByRole('button', { name: 'Keep from the model', exact: true }).click();
    expect(await role.inputValue()).toBe('sensitive');
    await real.page.getByRole('button', { name: 'Import 2 files' }).click();
    await card('people.csv')
      .getByRole('button', { name: /^Delete/ })
      .waitFor();
    await card('people.csv').getByText('Sensitive (kept from the model)').waitFor();
  });

  it('shows how the numbers of a file are spread', async () => {
    const orderCard = card('orders.csv');
    const quantity = orderCard.getByRole('img', { name: /^quantity: .* median .*, log axis$/ });
    await orderCard.getByRole('button', { name: /^Delete/ }).scrollIntoViewIfNeeded();
    const histograms = await real.page.evaluate(() => window.instructue.data.histograms({ fileId: 1 }));
    if (!histograms.ok) throw new Error(histograms.error.message);
    // As many charts as numbers, and every row of the file in one of the bins.
    expect(await orderCard.getByRole('img').count()).toBe(histograms.value.length);
    for (const { bins, filled, empty } of histograms.value) {
      expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(filled);
      expect(filled + empty).toBe(20_000);
    }
    await quantity.hover({ position: { x: 84, y: 30 } });
    await real.page
      .getByText(/^[\d,]+ rows$/)
      .last()
      .waitFor();
    // Nothing in a card runs over its edge.
    const overflow = await orderCard.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await real.shoot('data-numbers');
    await real.expectAccessible();
    await real.colours('dark');
    await real.shoot('data-numbers-dark');
    await real.expectAccessible();
    await real.colours('light');
  });

  it('deletes a file, and brings it back', async () => {
    await card('people.csv')
      .getByRole('button', { name: /^Delete/ })
      .click();
    await real.page.getByText('people.csv was deleted.').waitFor();
    expect(await card('people.csv').count()).toBe(0);
    const undo = real.page.getByRole('button', { name: 'Undo: bring people.csv back' });
    await undo.and(real.page.locator(':focus')).waitFor();
    expect((await undo.boundingBox())!.y).toBeLessThan(await real.page.evaluate(() => window.innerHeight - 40));
    await real.shoot('data-deleted');
    await real.expectAccessible();
    await real.page.keyboard.press('Enter');
    await card('people.csv').waitFor();
    expect(await real.page.getByText('people.csv was deleted.').count()).toBe(0);
    await real.page.getByRole('heading', { name: 'In this workspace' }).and(real.page.locator(':focus')).waitFor();
  });

  it('asks before a new version leaves few of the rows', async () => {
    const rows = (aged.length - 1).toLocaleString('en-GB');
    await choose(write('people-few.csv', aged.slice(0, 2)));
    const replace = card('people.csv').getByRole('button', { name: /^Replace/ });
    const question = real.page.getByRole('alertdialog', { name: 'Replace people.csv?' });
    await replace.click();
    await question.getByText(`${rows} rows now → 1 in the new file`).waitFor();
    await real.page.waitForTimeout(500);
    await real.shoot('data-replace-question');
    await real.expectAccessible();
    await real.colours('dark');
    await real.shoot('data-replace-question-dark');
    await real.colours('light');
    // Enter takes the answer that changes nothing.
    await real.page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await card('people.csv').getByText(`${rows} rows`, { exact: true }).waitFor();
    await replace.click();
    await question.getByRole('button', { name: 'Replace them' }).click();
    await card('people-few.csv').getByText('1 row', { exact: true }).waitFor();
    // Back, by a version with more rows, of which nobody asks.
    await choose(write('people.csv', aged));
    await card('people-few.csv')
      .getByRole('button', { name: /^Replace/ })
      .click();
    await card('people.csv').getByText(`${rows} rows`, { exact: true }).waitFor();
  });

  it('replaces a file by its new version, with the same roles', async () => {
    await choose(
      write('people-new.csv', [...aged.slice(0, -1), ...aged.slice(-1).map((line) => line.replace(/\d+$/, '99'))]),
    );
    await card('people.csv')
      .getByRole('button', { name: /^Replace/ })
      .click();
    await card('people-new.csv').waitFor();
    const overview = await real.page.evaluate(() => window.instructue.data.overview());
    expect(overview).toMatchObject({
      ok: true,
      value: { sources: [{ name: 'orders.csv' }, { name: 'people-new.csv', accepted: aged.length - 1 }] },
    });
    await card('people-new.csv').getByText('Sensitive (kept from the model)').waitFor();
  });

  it('adds the rows of another file', async () => {
    const later = lines('transactions.csv.gz').slice(20_001, 21_001);
    await choose(write('orders-more.csv', [orders[0]!, ...later]));
    await card('orders.csv')
      .getByRole('button', { name: /^Add rows/ })
      .click();
    await real.page.getByRole('heading', { name: 'Import report' }).waitFor();
    await card('orders.csv').getByText('21,000 rows').waitFor();
    await real.shoot('data-files');
    await real.expectAccessible();
  });

  it('says why a file cannot be added', async () => {
    await choose(write('other.csv', ['user_id,colour', ...[...buyers].slice(0, 5).map((id) => `${id},red`)]));
    await card('orders.csv')
      .getByRole('button', { name: /^Add rows/ })
      .click();
    await real.page.getByText(/are not those of orders\.csv/).waitFor();
    await card('orders.csv').getByText('21,000 rows').waitFor();
  });

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
