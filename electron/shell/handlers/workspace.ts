import { app } from 'electron';
import path from 'node:path';
import * as messages from '../../ipc/workspace.js';
import { mayLeave } from '../closing.js';
import { handle } from '../handle.js';
import { nameOf } from '../recents.js';
import type { Shell } from '../shell.js';

const filters = [{ name: 'Workspace', extensions: ['instructue'] }];

export function handleWorkspace(shell: Shell): void {
  const { session, recents, grants } = shell;

  async function enter(file: string, options: { create?: boolean } = {}) {
    if (!session.isIn(file) && !(await mayLeave(shell))) return null;
    const info = await session.enter(file, options);
    recents.add(file);
    return info;
  }

  handle(messages.createWorkspace, async () => {
    const file = await shell.askWhereToSave({
      title: 'New workspace',
      defaultPath: path.join(app.getPath('documents'), 'customers.instructue'),
      filters,
    });
    return file ? enter(path.extname(file) ? file : `${file}.instructue`, { create: true }) : null;
  });
  handle(messages.chooseWorkspace, async () => {
    const [file] = (await shell.askToOpen({ title: 'Open workspace', properties: ['openFile'], filters })) ?? [];
    return file ? enter(file) : null;
  });
  handle(messages.openSample, () => enter(path.join(app.getPath('userData'), 'sample.instructue'), { create: true }));
  handle(messages.openRecent, ({ handle: chosen }) => enter(grants.pathOf(chosen)));
  handle(messages.currentWorkspace, () => session.info());
  handle(messages.closeWorkspace, async () => {
    if (!(await mayLeave(shell))) return false;
    await session.leave();
    return true;
  });
  handle(messages.recentWorkspaces, () =>
    recents.list().map((file) => ({
      handle: grants.grant(file).handle,
      name: nameOf(file),
      folder: path.dirname(file),
    })),
  );
}
