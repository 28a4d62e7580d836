import { app, shell as system } from 'electron';
import path from 'node:path';
import * as messages from '../../ipc/audience.js';
import { audienceLifts } from '../../ipc/explain.js';
import { exportAudience } from '../../services/audience/export.js';
import { AppError } from '../../services/errors.js';
import * as explain from '../../services/explain/audience-lifts.js';
import { listRankings } from '../../services/rank/list-rankings.js';
import { AudienceDesk } from '../audience-desk.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** Items that an audience has more of, as the window shows them. */
const ITEMS = 15;

export function handleAudience(shell: Shell): void {
  const { session, grants, tasks } = shell;
  const desk = new AudienceDesk(grants);

  handle(messages.previewAudience, (rules) => desk.preview(session.reader(), rules));

  handle(audienceLifts, async (rules) =>
    explain.audienceLifts(session.reader(), await desk.members(session.reader(), rules), ITEMS),
  );

  handle(messages.chooseLists, async () => {
    const files = await shell.askToOpen({
      title: 'Choose lists of customers',
      properties: ['openFile', 'multiSelections'],
      filters: [{ name: 'Tables', extensions: ['csv', 'tsv', 'txt', 'gz', 'parquet'] }],
    });
    return files ? files.map((file) => grants.grant(file)) : null;
  });

  handle(messages.exportAudience, async ({ taskId, rules, format }) => {
    const ending = format === 'parquet' ? 'parquet' : 'csv';
    const target = await shell.askWhereToSave({
      title: 'Export audience',
      defaultPath: path.join(app.getPath('documents'), `audience.${ending}`),
      filters: [{ name: ending === 'csv' ? 'CSV' : 'Parquet', extensions: [ending] }],
    });
    if (!target) return null;
    const out = path.extname(target) ? target : `${target}.${ending}`;
    const workspace = session.reader();
    const question = (await listRankings(workspace)).find(({ rankingId }) => rankingId === rules.rankingId)?.question;
    if (!question) throw new AppError('ranking-missing', 'This ranking is gone', 'rank the customers again');
    const request = { ask: { target: question }, audience: desk.specOf(rules), format, out };
    // The ranking on show is exported; nothing is ranked again.
    const stored = () => Promise.resolve(rules.rankingId);
    const report = await tasks.run(taskId, 'Export audience', (task) =>
      exportAudience(workspace, stored, request, task),
    );
    return {
      handle: grants.grant(report.file).handle,
      path: report.file,
      customers: report.customers,
      beside: [path.basename(report.members), path.basename(report.manifest)],
    };
  });
  handle(messages.revealExport, ({ handle: chosen }) => system.showItemInFolder(grants.pathOf(chosen)));
}
