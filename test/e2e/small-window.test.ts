import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const CUSTOMERS = 120;
const items = ['red candle', 'lunch bag', 'party bunting', 'garden hose', 'tea cup', 'wooden chair'];
/** More of a profile than fits beside the rank and the score. */
const columns = ['region', 'segment', 'age', 'income', 'children', 'tenure'];

/** Where an element is drawn. */
async function place(locator: Locator) {
  const box = (await locator.boundingBox())!;
  return { ...box, right: box.x + box.width, bottom: box.y + box.height };
}

describe('the window at its smallest', () => {
  let real: RealApp;
  const ranked = () => real.page.getByRole('table', { name: 'Ranked customers' });
  const scroller = () => ranked().locator('[role=rowgroup][tabindex]');
  const titles = () => ranked().getByRole('row').first();
  const menu = () => real.page.getByRole('dialog', { name: 'Columns' });
  const menuButton = () => real.page.getByRole('button', { name: 'Columns' });
  const size = () => real.page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));

  beforeAll(async () => {
    real = await RealApp.launch();
    const orders = path.join(real.folder, 'orders.csv');
    const profile = path.join(real.folder, 'profile.csv');
    const ids = Array.from({ length: CUSTOMERS }, (_, at) => `C${String(at).padStart(4, '0')}`);
    const rows = ids.flatMap((id, at) =>
      items.slice(at % 5, (at % 5) + 2).map((item) => `${id},${item},${1 + (at % 7)}`),
    );
    writeFileSync(orders, `user_id,product,amount\n${rows.join('\n')}\n`);
    const facts = (at: number) =>
      [
        ['north', 'south', 'east'][at % 3],
        ['new', 'loyal'][at % 2],
        18 + (at % 60),
        900 + 7 * at,
        at % 4,
        at % 13,
      ].join();
    writeFileSync(profile, `user_id,${columns.join()}\n${ids.map((id, at) => `${id},${facts(at)}`).join('\n')}\n`);
    await real.saveAs(path.join(real.folder, 'small.instructue'));
    await real.page.getByRole('button', { name: /New workspace/ }).click();
    await real.choose(orders, profile);
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    await real.page.getByRole('button', { name: 'Import 2 files' }).click();
    await real.page.getByRole('button', { name: 'Ask a question' }).click({ timeout: 60_000 });
    await real.resize(1280, 720);
  }, 180_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-small');
  });

  it('keeps the button that ranks in sight below a long reading', async () => {
    const { page } = real;
    const instruction = page.getByRole('textbox', { name: 'Instruction' });
    await instruction.fill('Customers who buy red candles, lunch bags and party bunting but not garden hoses');
    const reading = page.getByRole('region', { name: 'How the instruction is read' });
    await reading.getByText('Keeps away from').waitFor({ timeout: 120_000 });
    await page.getByText('Answer and contrast').click();
    const button = page.getByRole('button', { name: 'Rank customers' });
    const form = await place(page.locator('form'));
    expect((await place(button)).bottom).toBeLessThan(form.bottom);
    expect(form.bottom).toBeLessThanOrEqual((await size()).height);
    // What does not fit is reached by scrolling, not cut off.
    const contrast = page.getByRole('textbox', { name: 'What to keep away from' });
    await contrast.scrollIntoViewIfNeeded();
    expect((await place(contrast)).bottom).toBeLessThan((await place(button)).y);
    await real.shoot('small-reading');
    await real.expectAccessible();
    await button.click();
    await page.getByText(`${CUSTOMERS} customers ranked on`).waitFor({ timeout: 170_000 });
  });

  it('opens the menu of columns in sight, and closes it by Escape and by a click elsewhere', async () => {
    const { page } = real;
    await menuButton().focus();
    await page.keyboard.press('Enter');
    const box = await place(menu());
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.right).toBeLessThanOrEqual((await size()).width);
    for (const column of columns.slice(0, 5)) await menu().getByRole('checkbox', { name: column }).check();
    expect(await menu().getByRole('checkbox', { name: columns[5]! }).isDisabled()).toBe(true);
    await real.shoot('small-menu');
    await real.expectAccessible();
    await page.keyboard.press('Escape');
    await menu().waitFor({ state: 'detached' });
    expect(await menuButton().evaluate((element) => element === document.activeElement)).toBe(true);
    await menuButton().click();
    await menu().waitFor();
    await page.mouse.click(400, 40);
    await menu().waitFor({ state: 'detached' });
  });

  it('reaches every column of the table by scrolling sideways, below its title', async () => {
    const outer = await place(ranked());
    const last = titles().getByRole('columnheader', { name: 'children' });
    expect((await place(last)).x).toBeGreaterThan(outer.right);
    await scroller().evaluate((element) => (element.scrollLeft = element.scrollWidth));
    expect((await place(last)).right).toBeLessThanOrEqual(outer.right);
    const cell = ranked().getByRole('row').nth(2).getByRole('cell').last();
    expect((await place(cell)).x).toBeCloseTo((await place(last)).x, 0);
    // The scroll bar lies inside the table's frame.
    expect((await place(scroller())).right).toBeLessThanOrEqual(outer.right);
    await real.shoot('small-columns');
    await real.expectAccessible();
    await scroller().evaluate((element) => (element.scrollTop = element.scrollHeight));
    await ranked()
      .locator(`[aria-rowindex="${CUSTOMERS + 1}"]`)
      .waitFor();
    expect((await place(titles())).y).toBeLessThan(outer.y + 3);
    const lowest = await place(ranked().locator(`[aria-rowindex="${CUSTOMERS + 1}"]`));
    expect(lowest.bottom).toBeLessThanOrEqual(outer.bottom);
    await scroller().evaluate((element) => (element.scrollTop = element.scrollLeft = 0));
    const best = await place(ranked().locator('[aria-rowindex="2"]'));
    expect(best.y).toBeCloseTo((await place(titles())).bottom, 0);
  });

  it('keeps both ends of a filter on one line', async () => {
    await real.page.getByLabel('Filter').selectOption('income');
    const from = await place(real.page.getByRole('textbox', { name: 'income from' }));
    expect((await place(real.page.getByRole('textbox', { name: 'income to' }))).y).toBe(from.y);
    await real.shoot('small-filter');
    await real.page.getByLabel('Filter').selectOption('');
  });

  it('names the columns of what each source did', async () => {
    await ranked().getByRole('row').nth(1).getByRole('button').click();
    const drawer = real.page.getByRole('dialog');
    await drawer.getByText('Share of effects').waitFor();
    await drawer.getByText(/^The strongest \d+ of \d+ events?\. /).waitFor();
    const rank = drawer
      .getByRole('table')
      .filter({ has: real.page.getByText('Both have') })
      .getByRole('row')
      .nth(1)
      .getByRole('cell')
      .nth(1);
    expect(await rank.evaluate((element) => getComputedStyle(element).whiteSpace)).toBe('nowrap');
    await real.shoot('small-why');
    await real.expectAccessible();
    await real.page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
  });

  it('keeps the rail within the window while tasks run', async () => {
    await real.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      ['one', 'two', 'three'].forEach((taskId) =>
        window!.webContents.send('tasks:reported', {
          taskId,
          title: `Task ${taskId}`,
          stage: 'read customers',
          done: 50,
          total: 100,
          elapsed: 60_000,
          ended: false,
        }),
      );
    });
    const { page } = real;
    await page.getByText('Task three').waitFor();
    const { height } = await size();
    expect((await place(page.getByText('Nothing is sent anywhere'))).bottom).toBeLessThanOrEqual(height);
    expect((await place(page.locator('.rail'))).bottom).toBeLessThanOrEqual(height);
    const lastStep = page.getByRole('navigation').getByRole('button', { name: 'Audience' });
    await lastStep.scrollIntoViewIfNeeded();
    expect((await place(lastStep)).bottom).toBeLessThanOrEqual((await place(page.getByText('Task one'))).y);
    await real.shoot('small-rail');
    await real.expectAccessible();
    await real.colours('dark');
    await real.shoot('small-rail-dark');
    await real.expectAccessible();
  });

  it('shows rows of the ranking at the smallest size that it lets itself be given', async () => {
    const [width = 0, height = 0] = await real.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.getMinimumSize(),
    );
    await real.resize(width, height);
    const { bottom } = await place(scroller());
    expect(bottom).toBeLessThan(height);
    expect((await place(ranked().locator('[aria-rowindex="4"]'))).bottom).toBeLessThan(bottom);
    await real.shoot('small-smallest');
    real.expectNoNetwork();
  });
});
