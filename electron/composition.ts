import { derive, type DeriveReport } from './services/index/derive.js';
import { importFiles, type ImportOptions, type ImportReport, type ImportRequest } from './services/import/import.js';
import { openWorkspace, type Workspace } from './services/workspace/workspace.js';
import type { Hide } from './services/index/hide.js';
import type { Task } from './services/task.js';

/** The services of one open workspace, built in order. `close` ends them; nothing may be called after it. */
export interface Services {
  workspace: Workspace;
  importFiles(requests: ImportRequest[], options?: ImportOptions, task?: Task): Promise<ImportReport[]>;
  derive(hides?: Hide[], task?: Task): Promise<DeriveReport>;
  close(): void;
}

/**
 * Opens a workspace and builds its services.
 * @throws AppError as openWorkspace does
 */
export async function compose(path: string, options: { create?: boolean } = {}): Promise<Services> {
  const workspace = await openWorkspace(path, options);
  return {
    workspace,
    importFiles: (requests, importOptions, task) => importFiles(workspace, requests, importOptions, task),
    derive: (hides, task) => derive(workspace, hides, task),
    close: () => workspace.close(),
  };
}
