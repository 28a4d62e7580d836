import AxeBuilder from '@axe-core/playwright';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export const root = path.resolve(import.meta.dirname, '../..');
const shots = path.join(root, 'test-results', 'screenshots');

const netLog = (folder: string): string => path.join(folder, 'net.json');

/** The command line of every app under test: settings of its own, and Chromium writes down what it asks of networks. */
export const startFlags = (folder: string): string[] => [
  `--user-data-dir=${path.join(folder, 'settings')}`,
  `--log-net-log=${netLog(folder)}`,
  // Chromium's sandbox cannot be entered by root.
  ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** A folder for one run's files, settings included, that no other run has touched. */
export const newFolder = (): string => mkdtempSync(path.join(tmpdir(), 'instructue-e2e-'));

/** A window of the app, however it was started: what the tests look at and assert of it. */
export abstract class AppWindow {
  protected constructor(
    readonly page: Page,
    /** A folder for this run's files, removed at the end. */
    readonly folder: string,
    /** Addresses that the window asked for. */
    protected readonly requests: string[],
  ) {
    mkdirSync(shots, { recursive: true });
  }

  /** Lets the system be light or dark. */
  abstract colours(scheme: 'light' | 'dark'): Promise<void>;

  abstract close(): Promise<void>;

  protected async coloursHaveChanged(scheme: 'light' | 'dark'): Promise<void> {
    await this.page.waitForFunction((wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches, scheme);
    // The components' colours change in transitions.
    await this.page.waitForTimeout(500);
  }

  /** Chromium's helper processes let go of their files a moment after the app has ended. */
  protected removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Fails when something in a scrolling element reaches beyond its right end. */
  async expectNothingBeyond(selector: string): Promise<void> {
    const beyond = () =>
      this.page.evaluate((wanted) => {
        const view = document.querySelector(wanted)!;
        const end = view.getBoundingClientRect().left + view.clientWidth;
        if (view.scrollWidth <= view.clientWidth) return [];
        return Array.from(view.querySelectorAll('*'))
          .filter((element) => element.getBoundingClientRect().right > end)
          .map((element) => element.outerHTML.slice(0, 200));
      }, selector);
    await expect.poll(beyond).toEqual([]);
  }

  async shoot(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(shots, `${name}.png`) });
  }

  /** Fails when axe finds a violation of WCAG 2.2 AA on what is shown. */
  async expectAccessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page })
      // Electron opens no second page for axe to merge frames in.
      .setLegacyMode()
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`)).toEqual([]);
  }

  /** Fails when anything but the app's own files was asked for: by the window, or by a process behind it since its start. */
  expectNoNetwork(): void {
    expect(this.requests.filter((url) => !/^(app|data|blob|devtools):/.test(url))).toEqual([]);
    const log = readFileSync(netLog(this.folder), 'utf8');
    expect(log).toContain('"events"');
    expect([...log.matchAll(/"url":"((?:https?|wss?|ftp):[^"]*)/g)].map(([, url]) => url)).toEqual([]);
  }
}
