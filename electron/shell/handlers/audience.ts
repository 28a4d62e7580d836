import { app, shell as system } from 'electron';
import path from 'node:path';
import * as messages from '../../ipc/audience.js';
import { writeRanked } from '../../services/rank/write-ranked.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

export function handleAudience(shell: Shell): void {
  const { session, grants, tasks } = shell;

  handle(messages.exportAudience, async ({ taskId, rankingId, depth }) => {
    const target = await shell.askWhereToSave({
      title: 'Export audience',
      defaultPath: path.join(app.getPath('documents'), 'audience.csv'),
      filters: [
        { name: 'CSV', extensions: ['csv'] },
        { name: 'Parquet', extensions: ['parquet'] },
      ],
    });
    if (!target) return null;
    const customers = await tasks.run(taskId, 'Export audience', () =>
      session.change(({ workspace }) => writeRanked(workspace, rankingId, depth, target)),
    );
    return { handle: grants.grant(target).handle, path: target, customers };
  });
  handle(messages.revealExport, ({ handle: chosen }) => system.showItemInFolder(grants.pathOf(chosen)));
}
