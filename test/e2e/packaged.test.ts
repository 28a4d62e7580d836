import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { models } from './real-app.js';

const binary = path.resolve(import.meta.dirname, '../../release/linux-unpacked/instructue');

/**
 * The packaged app answers no Node inspector (its fuses are set), so that it is driven through Chromium's own
 * debugging port, and by a path that needs no system dialog.
 */
describe.skipIf(!existsSync(binary))('the packaged app', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'instructue-package-'));
  let child: ChildProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    child = spawn(binary, [...flags, `--user-data-dir=${folder}`, '--remote-debugging-port=0'], {
      env: { ...process.env, INSTRUCTUE_MODEL: models },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const endpoint = await new Promise<string>((resolve, reject) => {
      let heard = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(heard)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(`The packaged app ended:\n${heard}`)));
    });
    browser = await chromium.connectOverCDP(endpoint);
    const context = browser.contexts()[0]!;
    page = context.pages()[0] ?? (await context.waitForEvent('page'));
    page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await browser?.close();
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    // Chromium's helper processes let go of their files a moment later.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it('ranks the bundled sample within two minutes of its start', async () => {
    const started = Date.now();
    await page.getByRole('button', { name: /Try with sample data/ }).click();
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await page.getByRole('button', { name: /party bunting/ }).click();
    await page.getByRole('button', { name: 'Rank customers' }).click();
    await page.getByText('1,500 customers ranked on').waitFor({ timeout: 120_000 });
    expect(Date.now() - started).toBeLessThan(120_000);
    expect(await page.getByRole('table', { name: 'Ranked customers' }).getAttribute('aria-rowcount')).toBe('1501');
  });
});
