import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { AppWindow, newFolder, root, startFlags } from './app-window.js';

/** The model that ships, or in a checkout without one the tiny random model of the unit tests. */
export const models = existsSync(path.join(root, 'models', 'model.json'))
  ? path.join(root, 'models')
  : path.join(root, 'test', 'fixtures', 'tiny-model');

/** The built app of this checkout in a window of its own; its main process can be reached, for the system's dialogs. */
export class RealApp extends AppWindow {
  private constructor(
    readonly app: ElectronApplication,
    page: Page,
    folder: string,
    requests: string[],
  ) {
    super(page, folder, requests);
  }

  static async launch(): Promise<RealApp> {
    const folder = newFolder();
    const executablePath = createRequire(import.meta.url)('electron') as unknown as string;
    const app = await _electron.launch({
      executablePath,
      args: [...startFlags(folder), root],
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

  override async colours(scheme: 'light' | 'dark'): Promise<void> {
    await this.app.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source;
    }, scheme);
    await this.coloursHaveChanged(scheme);
  }

  /** Gives the window another size, in pixels inside its frame. */
  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]!.setContentSize(size.width, size.height),
      { width, height },
    );
    await this.page.waitForFunction((wanted) => window.innerWidth === wanted, width);
  }

  override async close(): Promise<void> {
    // After a failed step work may still run, and closing would ask a person about it.
    await this.app.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    });
    await this.app.close();
    this.removeFolder();
  }
}
