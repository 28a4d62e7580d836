import { dialog, type BrowserWindow } from 'electron';
import type { Shell } from './shell.js';

const [KEEP, STOP, BACK] = [0, 1, 2];

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
        message: `Still running: ${running.map(({ title }) => title).join(', ')}`,
        detail: 'What is finished so far is kept. You will be told when it is done.',
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
