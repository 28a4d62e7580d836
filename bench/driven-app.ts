// The built app, driven from outside by Playwright: what bench/scroll.ts and bench/latency.ts measure.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { AppError } from '../electron/services/errors.js';

/** A started app with its window. */
export interface DrivenApp {
  app: ElectronApplication;
  page: Page;
}

/**
 * Starts the app with settings of its own, in which `workspace` was opened last.
 * @throws AppError no-display, not-built
 */
export async function drive(settings: string, workspace: string | undefined): Promise<DrivenApp> {
  if (process.platform === 'linux' && !process.env['DISPLAY'])
    throw new AppError(
      'no-display',
      'There is no display for the window',
      "run it under one: xvfb-run -a -s '-screen 0 1920x1080x24' npm run -s cli -- bench …",
    );
  if (!existsSync('dist/main.js')) throw new AppError('not-built', 'The app is not built', 'npm run build first');
  mkdirSync(settings, { recursive: true });
  if (workspace) writeFileSync(join(settings, 'recent.json'), JSON.stringify([resolve(workspace)]));
  const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath: createRequire(import.meta.url)('electron') as unknown as string,
    args: [...flags, `--user-data-dir=${resolve(settings)}`, resolve('.')],
    env: { ...(process.env as Record<string, string>), LANG: 'en_GB.UTF-8' },
    timeout: 120_000,
  });
  const page = await app.firstWindow();
  page.setDefaultTimeout(300_000);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { app, page };
}

/** Quantiles of some times in milliseconds, as cells of a table: median, 95 %, 99 %, largest. */
export function timeCells(milliseconds: number[]): string[] {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return [at(0.5), at(0.95), at(0.99), at(1)].map((value) => value.toFixed(1));
}
