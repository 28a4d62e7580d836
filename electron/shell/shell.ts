import { app, dialog, type BrowserWindow, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import path from 'node:path';
import { Grants } from './grants.js';
import { Notices } from './notices.js';
import { Recents } from './recents.js';
import { Session } from './session.js';
import { TaskRegistry } from './task-registry.js';

/** What the handlers share: the open workspace, the files handed over, the running tasks, the dialogs. */
export class Shell {
  window: BrowserWindow | undefined;
  /** Folder of what ships with the app: models, sample. */
  readonly resources = app.isPackaged ? process.resourcesPath : app.getAppPath();
  readonly session = new Session(process.env['INSTRUCTUE_MODEL'] ?? path.join(this.resources, 'models'));
  readonly grants = new Grants();
  readonly recents = new Recents(path.join(app.getPath('userData'), 'recent.json'));
  private readonly notices = new Notices(() => this.window);
  readonly tasks = new TaskRegistry(
    (channel, report) => {
      if (this.window && !this.window.isDestroyed()) this.window.webContents.send(channel, report);
      this.notices.progress(this.tasks.list());
    },
    (finished) => this.notices.finished(finished),
  );

  /** The chosen paths, or undefined when the person closed the dialog. */
  async askToOpen(options: OpenDialogOptions): Promise<string[] | undefined> {
    const { canceled, filePaths } = await dialog.showOpenDialog(this.window!, options);
    return canceled || filePaths.length === 0 ? undefined : filePaths;
  }

  async askWhereToSave(options: SaveDialogOptions): Promise<string | undefined> {
    const { canceled, filePath } = await dialog.showSaveDialog(this.window!, options);
    return canceled || !filePath ? undefined : filePath;
  }
}
