import { Notification, type BrowserWindow } from 'electron';
import type { TaskReport } from '../ipc/tasks.js';
import type { Finished } from './task-registry.js';

/** Shorter work than this is over before anybody looks elsewhere, in milliseconds. */
const LONG = 5000;

/** Parts of the running tasks that are done, on average, 0..1; above 1 where none knows its amount; -1 when none runs. */
export function progressOf(reports: readonly TaskReport[]): number {
  if (reports.length === 0) return -1;
  const known = reports.filter(({ total }) => total > 0);
  if (known.length === 0) return 2;
  return known.reduce((sum, { done, total }) => sum + done / total, 0) / known.length;
}

/** What the system shows of long work while the person looks elsewhere: progress on the icon, a word at the end. */
export class Notices {
  constructor(private readonly window: () => BrowserWindow | undefined) {}

  progress(reports: readonly TaskReport[]): void {
    const window = this.window();
    if (window && !window.isDestroyed()) window.setProgressBar(progressOf(reports));
  }

  finished({ title, outcome, took }: Finished): void {
    const window = this.window();
    if (!window || window.isDestroyed() || window.isFocused() || outcome === 'cancelled' || took < LONG) return;
    if (!Notification.isSupported()) return window.flashFrame(true);
    const notice = new Notification({
      title: outcome === 'done' ? `${title}: done` : `${title}: it failed`,
      body: outcome === 'done' ? 'The result is in the window.' : 'The window says why, and what to do.',
    });
    notice.on('click', () => {
      window.restore();
      window.show();
    });
    notice.show();
  }
}
