import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { AppWindow, newFolder, root, startFlags } from './app-window.js';

/** The unpacked app that `npm run package` and `npm test` make. */
export const packaged = path.join(root, 'release', 'linux-unpacked');

/** Address of Chromium's debugging port, which it says once it listens. */
function debuggingPort(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(heard)?.[1];
      if (found) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The packaged app ended:\n${heard}`)));
  });
}

/**
 * The packaged app, moved away from this checkout and told nothing of it. Its fuses deny a Node inspector, so that it is
 * driven through Chromium's own debugging port; the system's dialogs cannot be answered.
 */
export class PackagedApp extends AppWindow {
  private constructor(
    page: Page,
    folder: string,
    requests: string[],
    private readonly child: ChildProcess,
    private readonly browser: Browser,
    /** When its process was started, in milliseconds since the epoch. */
    readonly started: number,
  ) {
    super(page, folder, requests);
  }

  static async launch(): Promise<PackagedApp> {
    const folder = newFolder();
    const installed = path.join(folder, 'installed');
    cpSync(packaged, installed, { recursive: true });
    const env = Object.entries(process.env).filter(([name]) => !/^(INSTRUCTUE_|npm_|NODE_|INIT_CWD|PWD)/.test(name));
    const started = Date.now();
    const child = spawn(path.join(installed, 'instructue'), [...startFlags(folder), '--remote-debugging-port=0'], {
      cwd: folder,
      env: { ...Object.fromEntries(env), LANG: 'en_GB.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const browser = await chromium.connectOverCDP(await debuggingPort(child));
    const context = browser.contexts()[0]!;
    const requests: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    page.setDefaultTimeout(60_000);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    return new PackagedApp(page, folder, requests, child, browser, started);
  }

  override async colours(scheme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    await this.coloursHaveChanged(scheme);
  }

  override async close(): Promise<void> {
    await this.browser.close();
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill();
      // After a failed step work may still run, and the app asks a person about it.
      const stuck = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(stuck);
    }
    this.removeFolder();
  }
}
