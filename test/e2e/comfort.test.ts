import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

describe('keys, commands and long work', () => {
  let real: RealApp;
  const palette = () => real.page.getByRole('dialog', { name: 'Commands' });
  const heading = (name: string) => real.page.getByRole('heading', { name, level: 1 });

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed');
  });

  /** Hands a file to the window as the system's file manager does. */
  async function drop(file: string, onto: string): Promise<void> {
    await real.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'stand-in';
      document.body.append(input);
    });
    await real.page.setInputFiles('#stand-in', file);
    await real.page.evaluate((target) => {
      const input = document.getElementById('stand-in') as HTMLInputElement;
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(input.files![0]!);
      input.remove();
      document.querySelector(target)!.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }, onto);
  }

  /** Answers the question that is asked at closing: 0 keep working, 1 stop and close, 2 go back. */
  async function answerClosing(response: number): Promise<void> {
    await real.app.evaluate(({ dialog }, chosen) => {
      const answer = (...asked: unknown[]) => {
        Object.assign(globalThis, { asked: (asked.at(-1) as { message: string }).message });
        return Promise.resolve({ response: chosen, checkboxChecked: false });
      };
      dialog.showMessageBox = answer as typeof dialog.showMessageBox;
    }, response);
  }
  const closeWindow = () =>
    real.app.evaluate(async ({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]!.close();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return {
        windows: BrowserWindow.getAllWindows().length,
        asked: (globalThis as unknown as { asked?: string }).asked,
      };
    });

  it('makes a workspace for files that are dropped on the start page', async () => {
    const orders = path.join(real.folder, 'orders.csv');
    writeFileSync(orders, 'user_id,product,amount\n007,mug,5\n007,cup,6\n008,mug,5\n');
    await real.saveAs(path.join(real.folder, 'dropped.instructue'));
    await drop(orders, 'main');
    await real.page.getByRole('heading', { name: 'orders.csv' }).waitFor();
  });

  it('does everything by name from the keyboard', async () => {
    const { keyboard } = real.page;
    await keyboard.press('Control+k');
    await palette().waitFor();
    await real.shoot('palette');
    await real.expectAccessible();
    await keyboard.type('audience');
    expect(await palette().getByRole('option').count()).toBe(1);
    await keyboard.press('Enter');
    await heading('Audience').waitFor();
    await palette().waitFor({ state: 'hidden' });
    await keyboard.press('Control+1');
    await heading('Data').waitFor();
    await keyboard.press('Control+k');
    await palette().waitFor();
    await real.colours('dark');
    await real.shoot('palette-dark');
    await real.expectAccessible();
    await real.colours('light');
    await keyboard.press('Escape');
    await palette().waitFor({ state: 'hidden' });
  });

  it('opens a workspace by its name, and one that is dropped', async () => {
    const { page } = real;
    await page.getByRole('button', { name: 'Close workspace' }).click();
    await page.getByRole('button', { name: /Try with sample data/ }).click();
    await page.getByRole('button', { name: 'Import 2 files' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('open dropped');
    await page.keyboard.press('Enter');
    await page.locator('.rail .name', { hasText: 'dropped' }).waitFor();
    await drop(path.join(real.folder, 'settings', 'sample.instructue'), 'main');
    await page.locator('.rail .name', { hasText: 'sample' }).waitFor();
  });

  it('asks before it closes while work runs, and goes on working when told so', async () => {
    const { page } = real;
    await page.keyboard.press('Control+1');
    await page.getByRole('button', { name: 'Add the sample files' }).click();
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await page.keyboard.press('Control+i');
    await page.keyboard.type('Customers who buy candles');
    await page.keyboard.press('Control+Enter');
    const tasks = page.getByRole('region', { name: 'Running' });
    await tasks.getByText('Rank customers').waitFor();
    await real.shoot('task-list');
    await answerClosing(2);
    expect(await closeWindow()).toEqual({ windows: 1, asked: 'Still running: Rank customers' });
    await answerClosing(0);
    expect(await closeWindow()).toMatchObject({ windows: 1 });

    await answerClosing(0);
    await page.getByRole('button', { name: 'Close workspace' }).click();
    await page.keyboard.press('Control+1');
    await page.getByRole('button', { name: 'Delete profile.csv.gz from this workspace' }).click();
    await page.getByRole('alert').getByText('Other work is changing this workspace').waitFor();
    await real.shoot('busy');
    await page.keyboard.press('Control+3');
    await page.getByText('1,500 customers ranked on').waitFor({ timeout: 170_000 });
    await tasks.waitFor({ state: 'detached' });
    real.expectNoNetwork();
  });

  it('leaves no failure behind when a workspace is closed while its parts are read', async () => {
    const { page } = real;
    for (const step of ['Ask', 'Audience', 'Map']) {
      await page.getByRole('navigation').getByText(step, { exact: true }).click();
      await page.getByRole('button', { name: 'Close workspace' }).click();
      await page.getByRole('button', { name: /^sample/ }).click();
      await page.locator('.rail .name', { hasText: 'sample' }).waitFor();
    }
    await page.waitForTimeout(1000);
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  });
});
