import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importFiles } from '../../electron/services/import/import.js';
import type { FileKind } from '../../electron/services/import/sources.js';
import { openWorkspace, type Workspace } from '../../electron/services/workspace/workspace.js';

/** A workspace of files that a test writes: the content of each, by what it is imported as. */
export async function writtenWorkspace(
  files: Partial<Record<FileKind, string>>,
): Promise<{ workspace: Workspace; remove: () => void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'written-'));
  const workspace = await openWorkspace(path.join(folder, 'w.instructue'), { create: true });
  const requests = Object.entries(files).map(([kind, content]) => {
    const file = path.join(folder, `${kind}.csv`);
    writeFileSync(file, content);
    return { kind: kind as FileKind, path: file };
  });
  await importFiles(workspace, requests);
  const remove = (): void => {
    workspace.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { workspace, remove };
}
