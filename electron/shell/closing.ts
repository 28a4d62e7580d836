import { dialog, type BrowserWindow } from 'electron';
import type { TaskReport } from '../ipc/tasks.js';
import type { Shell } from './shell.js';

const [KEEP, STOP, BACK] = [0, 1, 2];
const KEPT = 'What is finished so far is kept.';

const stillRunning = (running: readonly TaskReport[]): string =>
  `Still running: ${running.map(({ title }) => title).join(', ')}`;

/** Closing the window while work runs asks first: keep working with the window out of the way, stop, or go back. */
export function askBeforeClosing(window: BrowserWindow, { tasks }: Shell): void {
  let isSure = false;
  window.on('close', (event) => {
    const running = tasks.list();
    if (isSure || running.length === 0) return;
    event.preventDefault();
    void dialog
      .showMessageBox(window, {
        type: 'question',
        message: stillRunning(running),
        detail: `${KEPT} You will be told when it is done.`,
        buttons: ['Keep working', 'Stop and close', 'Go back'],
        defaultId: KEEP,
        cancelId: BACK,
        noLink: true,
      })
      .then(({ response }) => {
        if (response === KEEP) window.minimize();
        if (response !== STOP) return;
        isSure = true;
        tasks.cancelAll();
        window.close();
      });
  });
}

/** Leaving a workspace while work runs asks first; the work is stopped when the person says so. */
export async function mayLeave({ window, tasks }: Shell): Promise<boolean> {
  const running = tasks.list();
  if (running.length === 0) return true;
  const [back, stop] = [0, 1];
  const { response } = await dialog.showMessageBox(window!, {
    type: 'question',
    message: stillRunning(running),
    detail: KEPT,
    buttons: ['Go back', 'Stop and close'],
    defaultId: back,
    cancelId: back,
    noLink: true,
  });
  if (response === stop) tasks.cancelAll();
  return response === stop;
}
