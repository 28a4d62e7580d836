import { basename } from 'node:path';
import { importFiles, type ImportReport, type ImportRequest } from '../import/import.js';
import type { Mapping } from '../import/mapping.js';
import type { Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Recipe } from './recipe.js';

/** What a refresh did to the workspace's files. */
export interface RefreshReport {
  imports: ImportReport[];
  /** Files whose earlier version was replaced by the new one. */
  replaced: string[];
}

/**
 * Brings the workspace to the recipe's files: unchanged ones are left alone, changed ones replace their earlier
 * version, new ones are added. All of it happens, or nothing.
 * @param recipe with absolute paths
 */
export async function refreshSources(workspace: Workspace, recipe: Recipe, task: Task): Promise<RefreshReport> {
  const mapping: Mapping = Object.fromEntries(
    recipe.sources.map(({ source, file, columns }) => [basename(file), { source, columns }]),
  );
  const requests: ImportRequest[] = [];
  for (const { source, file } of recipe.sources) {
    const earlier = await workspace.one<{ id: number }>(
      'SELECT id FROM source_files WHERE path = $1 AND source = $2 ORDER BY id DESC LIMIT 1',
      [file, source],
    );
    requests.push({
      kind: source,
      path: file,
      ...(earlier && { earlier: { fileId: earlier.id, as: 'replacement' as const } }),
    });
  }
  const imports = await importFiles(workspace, requests, { mapping, idColumn: recipe.id }, task);
  return { imports, replaced: imports.filter(({ change }) => change === 'replaced').map(({ file }) => file) };
}
