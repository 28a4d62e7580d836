import AxeBuilder from '@axe-core/playwright';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { expect } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const shots = path.join(root, 'test-results', 'screenshots');

/** The model that ships, or in a checkout without one the tiny random model of the unit tests. */
export const models = existsSync(path.join(root, 'models', 'model.json'))
  ? path.join(root, 'models')
  : path.join(root, 'test', 'fixtures', 'tiny-model');

/** The real app in a window of its own, with settings that no other run has touched. */
export class RealApp {
  private constructor(
    readonly app: ElectronApplication,
    readonly page: Page,
    /** A folder for this run's files, removed at the end. */
    readonly folder: string,
    private readonly requests: string[],
  ) {}

  static async launch(): Promise<RealApp> {
    const folder = mkdtempSync(path.join(tmpdir(), 'instructue-e2e-'));
    const executablePath = createRequire(import.meta.url)('electron') as unknown as string;
    // Chromium's sandbox cannot be entered by root.
    const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const app = await _electron.launch({
      executablePath,
      args: [...flags, `--user-data-dir=${path.join(folder, 'settings')}`, root],
      // Playwright would otherwise pretend that the system is light.
      colorScheme: null,
      env: { ...(process.env as Record<string, string>), LANG: 'en_GB.UTF-8', INSTRUCTUE_MODEL: models },
    });
    const requests: string[] = [];
    app.context().on('request', (request) => requests.push(request.url()));
    const page = await app.firstWindow();
    await app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'light';
    });
    page.setDefaultTimeout(30_000);
    await page.getByRole('heading', { level: 1 }).waitFor();
    mkdirSync(shots, { recursive: true });
    return new RealApp(app, page, folder, requests);
  }

  /** Lets the next "save" dialog answer with a path; the dialog itself belongs to the system. */
  async saveAs(file: string): Promise<void> {
    await this.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
  }

  /** Lets the next "open" dialog answer with these files; with none it is closed by the person. */
  async choose(...files: string[]): Promise<void> {
    await this.app.evaluate(({ dialog }, filePaths) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths });
    }, files);
  }

  async colours(scheme: 'light' | 'dark'): Promise<void> {
    await this.app.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source;
    }, scheme);
    await this.page.waitForFunction((wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches, scheme);
    // The components' colours change in transitions.
    await this.page.waitForTimeout(500);
  }

  /** Gives the window another size, in pixels inside its frame. */
  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]!.setContentSize(size.width, size.height),
      { width, height },
    );
    await this.page.waitForFunction((wanted) => window.innerWidth === wanted, width);
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

  /** Fails when anything but the app's own files was asked for. */
  expectNoNetwork(): void {
    expect(this.requests.filter((url) => !/^(app|data|blob|devtools):/.test(url))).toEqual([]);
  }

  async close(): Promise<void> {
    // After a failed step work may still run, and closing would ask a person about it.
    await this.app.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    });
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
