import { app } from 'electron';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as messages from '../../ipc/data.js';
import type { GrantedFile } from '../../ipc/vocabulary.js';
import { histogramsOf } from '../../services/import/histogram.js';
import { inspectFile } from '../../services/import/inspect.js';
import { overviewOf, rejectSummary } from '../../services/import/overview.js';
import type { ImportRequest } from '../../services/import/import.js';
import type { Roles } from '../../services/import/mapping.js';
import { rejectsCsv } from '../../services/import/rejects.js';
import { ReplacementShrinks } from '../../services/import/replace-file.js';
import { removeFile, restoreFile } from '../../services/import/remove-file.js';
import { storedFile } from '../../services/import/stored-file.js';
import type { Task } from '../../services/task.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

const tables = [
  { name: 'Tables', extensions: ['csv', 'tsv', 'txt', 'gz', 'parquet'] },
  { name: 'All files', extensions: ['*'] },
];

export function handleData(shell: Shell): void {
  const { session, grants, tasks } = shell;
  const grantAll = (files: string[]): GrantedFile[] => files.map((file) => grants.grant(file));

  handle(messages.chooseFiles, async () => {
    const files = await shell.askToOpen({
      title: 'Choose customer data',
      properties: ['openFile', 'multiSelections'],
      filters: tables,
    });
    return files ? grantAll(files) : null;
  });
  handle(messages.grantDropped, (files) => grantAll(files.filter((file) => path.isAbsolute(file))));
  handle(messages.sampleFiles, () =>
    grantAll(['transactions.csv.gz', 'profile.csv.gz'].map((name) => path.join(shell.resources, 'sample', name))),
  );

  handle(messages.inspectFile, async ({ handle: chosen }) => {
    const file = grants.pathOf(chosen);
    // On a connection of its own: a look waits for nobody, and several files are looked at side by side.
    const aside = await session.reader().reader();
    try {
      return { file: grants.grant(file), ...(await inspectFile(aside, file)) };
    } finally {
      await aside.leave();
    }
  });

  const importOne = async (request: ImportRequest, roles: Roles, task: Task): Promise<messages.FileReport> => {
    const name = path.basename(request.path);
    return session.change(task, async (services) => {
      const mapping = { [name]: { columns: roles } };
      const [report] = await services.importFiles([request], { mapping }, task);
      if (!report) throw new Error('The import made no report.');
      const { kind, read, accepted, rejected, duplicates } = report;
      return {
        name,
        kind,
        read,
        accepted,
        rejected,
        duplicates,
        ...(await rejectSummary(services.workspace, report.fileId)),
      };
    });
  };
  handle(messages.importFile, ({ taskId, handle: chosen, kind, columns }) => {
    const file = grants.pathOf(chosen);
    const roles = Object.fromEntries(columns.map((column) => [column.name, column.role]));
    return tasks.run(taskId, `Import ${path.basename(file)}`, (task) => importOne({ kind, path: file }, roles, task));
  });
  const askForVersion = async (name: string, as: 'replacement' | 'addition'): Promise<string | undefined> => {
    const files = await shell.askToOpen({
      title: as === 'replacement' ? `Choose the new version of ${name}` : `Choose the file to add to ${name}`,
      properties: ['openFile'],
      filters: tables,
    });
    return files?.[0];
  };
  handle(messages.updateSource, async ({ taskId, fileId, as, meant }) => {
    const { kind, name } = await storedFile(session.reader(), fileId);
    const file = meant === null ? await askForVersion(name, as) : grants.pathOf(meant);
    if (file === undefined) return null;
    const refuseShrinking = as === 'replacement' && meant === null;
    const request = { kind, path: file, earlier: { fileId, as }, refuseShrinking };
    return tasks.run(taskId, `Import ${path.basename(file)}`, async (task) => {
      try {
        return { done: true as const, report: await importOne(request, {}, task) };
      } catch (error) {
        if (!(error instanceof ReplacementShrinks)) throw error;
        const { rowsNow, rowsThen } = error;
        return { done: false as const, shrinking: { fileId, name, file: grants.grant(file), rowsNow, rowsThen } };
      }
    });
  });
  handle(messages.removeSource, ({ fileId }) => session.edit((services) => removeFile(services.workspace, fileId)));
  handle(messages.restoreSource, ({ fileId }) => session.edit((services) => restoreFile(services.workspace, fileId)));

  handle(messages.numberHistograms, ({ fileId }) => histogramsOf(session.reader(), fileId));
  handle(messages.dataOverview, () => overviewOf(session.reader()));

  handle(messages.saveRejects, async () => {
    const target = await shell.askWhereToSave({
      title: 'Save rejected rows',
      defaultPath: path.join(app.getPath('documents'), 'rejects.csv'),
      filters: [{ name: 'CSV', extensions: ['csv'] }],
    });
    if (!target) return null;
    const workspace = session.reader();
    const files = await workspace.all<{ id: number }>('SELECT id FROM source_files WHERE rejected > 0 ORDER BY id');
    await writeFile(
      target,
      await rejectsCsv(
        workspace,
        files.map(({ id }) => id),
      ),
    );
    return { path: target };
  });
}
