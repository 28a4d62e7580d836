import { app } from 'electron';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as messages from '../../ipc/map.js';
import { profileColumns } from '../../services/import/profile-cells.js';
import { coloursOf } from '../../services/map/colours.js';
import { makeMap, readMap } from '../../services/map/map.js';
import { projectInWorker, type Projector } from '../../services/map/project-in-worker.js';
import { phraseSimilarity } from '../../services/map/search.js';
import { listSegments, saveSegment, type Segment } from '../../services/map/segment.js';
import type { Workspace } from '../../services/workspace/workspace.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** build/bundle.mjs puts the worker beside the main process. */
const projector: Projector = (input, task) =>
  projectInWorker(readFileSync(path.join(app.getAppPath(), 'dist', 'map-worker.cjs'), 'utf8'))(input, task);

async function countCustomers(workspace: Workspace): Promise<number> {
  return (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index'))!.n;
}

export function handleMap(shell: Shell): void {
  const { session, tasks, grants } = shell;
  const shown = ({ fileId, name, customers, file }: Segment) => ({
    fileId,
    name: name.replace(/\.csv$/, ''),
    customers,
    file: grants.grant(file),
  });

  handle(messages.makeMap, ({ taskId, view }) =>
    tasks.run(taskId, 'Map the customers', (task) =>
      session.change(task, async (services) => {
        await services.prepare({}, task);
        return makeMap(services.workspace, await services.engine(), view, projector, task);
      }),
    ),
  );
  handle(messages.readMap, async (view) => (await readMap(session.reader(), view)) ?? null);
  handle(messages.mapColumns, async () => (await profileColumns(session.reader())).map(({ name }) => name));
  handle(messages.mapColours, async (by) => coloursOf(session.reader(), by, await countCustomers(session.reader())));
  handle(messages.searchMap, ({ phrase }) =>
    session.withModel(async (workspace, engine) =>
      phraseSimilarity(workspace, engine, phrase, await countCustomers(workspace)),
    ),
  );
  handle(messages.saveSegment, async ({ name, customers }) =>
    shown(await session.edit(({ workspace }) => saveSegment(workspace, name, customers))),
  );
  handle(messages.listSegments, async () => (await listSegments(session.reader())).map(shown));
}
