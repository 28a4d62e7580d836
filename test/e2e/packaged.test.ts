import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PackagedApp } from './packaged-app.js';

/** The main path up to the export, which asks where to save in a dialog of the system. */
describe('the packaged app', () => {
  let real: PackagedApp;
  const button = (name: string | RegExp) => real.page.getByRole('button', { name });
  const step = (name: string) => real.page.getByRole('navigation').getByText(name, { exact: true });
  const ranked = () => real.page.getByRole('table', { name: 'Ranked customers' });

  beforeAll(async () => {
    real = await PackagedApp.launch();
  }, 120_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('packaged-failed');
  });

  it('ranks the sample that travels inside, within two minutes of its start', async () => {
    await button(/Try with sample data/).click();
    await button('Import 2 files').click();
    await button('Ask a question').click();
    await button(/party bunting/).click();
    await button('Rank customers').click();
    await real.page.getByText('1,500 customers ranked on').waitFor({ timeout: 120_000 });
    expect(Date.now() - real.started).toBeLessThan(120_000);
    expect(await ranked().getAttribute('aria-rowcount')).toBe('1501');
    await real.shoot('packaged-ask');
    await real.expectAccessible();
  });

  it('says why a customer ranks where they do', async () => {
    await ranked().getByRole('row').nth(1).getByRole('button').click();
    const drawer = real.page.getByRole('dialog');
    await drawer.getByRole('columnheader', { name: 'Spoke for' }).waitFor();
    await drawer.getByText('Both have').waitFor();
    await real.expectAccessible();
    await real.page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
  });

  it('tells what it reads, and offers to learn', async () => {
    await step('Data').click();
    await real.page.getByRole('heading', { name: 'Data', level: 1 }).waitFor();
    await real.page.getByText('In this workspace').waitFor();
    await real.expectAccessible();
    await step('Learn').click();
    await real.page.getByText('no labels or outcomes are used').waitFor();
    await button('Learn from my customers').waitFor();
    await real.expectAccessible();
  });

  it('tunes by answers about customers, in a thread of its own', async () => {
    await step('Tune').click();
    await real.page.getByRole('radio', { name: 'Answer yes or no' }).check({ force: true });
    await button('Ask me about ten customers').click();
    const cards = real.page.getByRole('list', { name: 'Is this one of them?' }).getByRole('listitem');
    await cards.first().waitFor({ timeout: 120_000 });
    for (let at = 0; at < 10; at++) {
      await cards
        .nth(at)
        .getByRole('button', { name: at % 2 === 0 ? /^Yes: / : /^No: / })
        .click();
      await cards
        .nth(at)
        .getByRole('button', { name: /^Take back: / })
        .waitFor();
    }
    await real.expectAccessible();
    await button('Tune by these answers').click();
    await real.page.getByText('Version 1').waitFor({ timeout: 120_000 });
    await button(/^Yes: /)
      .first()
      .waitFor({ timeout: 120_000 });
    await real.shoot('packaged-tune');
    await real.expectAccessible();
  });

  it('lays all customers out on a map, in a thread of its own', async () => {
    await step('Map').click();
    await button('Make the map').click();
    await real.page.getByRole('img', { name: 'Map of 1,500 customers' }).waitFor({ timeout: 120_000 });
    await real.shoot('packaged-map');
    await real.expectAccessible();
  });

  it('makes an audience with a holdout', async () => {
    await step('Audience').click();
    await real.page.getByText('150 of 1,500 customers').waitFor();
    const share = real.page.getByRole('textbox', { name: 'Share of customers' });
    await share.fill('20');
    await share.press('Enter');
    await real.page.getByText('300 of 1,500 customers').waitFor();
    await real.page.getByLabel('Holdout').selectOption('20 %');
    await real.page.getByText(/more held out/).waitFor();
    await button('Export audience').waitFor();
    await real.shoot('packaged-audience');
    await real.expectAccessible();
  });

  it('follows the system into the dark', async () => {
    await real.colours('dark');
    for (const name of ['Audience', 'Map', 'Tune', 'Learn', 'Ask', 'Data']) {
      await step(name).click();
      await real.page.getByRole('heading', { name, level: 1 }).waitFor();
      await real.expectAccessible();
      await real.shoot(`packaged-${name.toLowerCase()}-dark`);
    }
  });

  it('asked nothing of any network', () => {
    real.expectNoNetwork();
  });
});
