import { app } from 'electron';
import { appInfo } from '../../ipc/app.js';
import { cancelTask, listTasks } from '../../ipc/tasks.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

export function handleApp(shell: Shell): void {
  handle(appInfo, () => ({ version: app.getVersion() }));
  handle(listTasks, () => shell.tasks.list());
  handle(cancelTask, ({ taskId }) => shell.tasks.cancel(taskId));
}
