import { shell as system } from 'electron';
import path from 'node:path';
import * as messages from '../../ipc/audience.js';
import { audienceLifts } from '../../ipc/explain.js';
import { exportAudience, type ExportReport } from '../../services/audience/export.js';
import { namedId } from '../../services/evaluate/id-column.js';
import { readTable } from '../../services/evaluate/table-file.js';
import * as explain from '../../services/explain/audience-lifts.js';
import { writeRecipe } from '../../services/recipe/write-recipe.js';
import { AudienceDesk } from '../audience-desk.js';
import { rankingsOf, specOf, storedAsks, targetOf } from '../audience-rules.js';
import type { Grants } from '../grants.js';
import { handle } from '../handle.js';
import { askForExport, askForRecipe } from '../save-dialogs.js';
import type { Shell } from '../shell.js';

/** Items that an audience has more of, as the window shows them. */
const ITEMS = 15;
const TABLES = [{ name: 'Tables', extensions: ['csv', 'tsv', 'txt', 'gz', 'parquet'] }];

/** What the window is told of an export. */
export function shownExport(grants: Grants, report: ExportReport): messages.Exported {
  return {
    handle: grants.grant(report.file).handle,
    path: report.file,
    customers: report.customers,
    unmatchable: report.platform?.unmatchable ?? 0,
    beside: [path.basename(report.members), path.basename(report.manifest)],
  };
}

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
      filters: TABLES,
    });
    return files ? files.map((file) => grants.grant(file)) : null;
  });

  handle(messages.chooseOutcomes, async () => {
    const [file] =
      (await shell.askToOpen({ title: 'Choose outcomes', properties: ['openFile'], filters: TABLES })) ?? [];
    if (!file) return null;
    const table = await readTable(file);
    const id = namedId(table);
    return { file: grants.grant(file), columns: table.columns.filter((name) => name !== id) };
  });

  handle(messages.exportAudience, async ({ taskId, rules, format }) => {
    const out = await askForExport(shell, format, 'Export audience');
    if (out === undefined) return null;
    const workspace = session.reader();
    // The rankings on show are exported; nothing is ranked again.
    const { asks, rank } = await storedAsks(workspace, rankingsOf(rules));
    const request = { ask: { target: targetOf(rules, asks) }, audience: specOf(grants, rules), format, out };
    const report = await tasks.run(taskId, 'Export audience', (task) => exportAudience(workspace, rank, request, task));
    return shownExport(grants, report);
  });

  handle(messages.saveRecipe, async ({ rules, format }) => {
    const workspace = session.reader();
    const { asks, fit } = await storedAsks(workspace, rankingsOf(rules));
    const request = { fit: fit(), ask: { target: targetOf(rules, asks) }, audience: specOf(grants, rules), format };
    const file = await askForRecipe(shell);
    if (file === undefined) return null;
    await writeRecipe(workspace, request, file);
    return file;
  });

  handle(messages.revealExport, ({ handle: chosen }) => system.showItemInFolder(grants.pathOf(chosen)));
}
