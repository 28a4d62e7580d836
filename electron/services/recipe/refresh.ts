import { basename } from 'node:path';
import { importFiles, type ImportReport } from '../import/import.js';
import type { Mapping } from '../import/mapping.js';
import type { Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { fileSha256 } from '../audience/manifest.js';
import type { Recipe } from './recipe.js';

/** What a refresh did to the workspace's files. */
export interface RefreshReport {
  imports: ImportReport[];
  /** Files whose earlier version was taken out before the new one came in. */
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
  return workspace.transaction(async () => {
    const replaced: string[] = [];
    for (const { file } of recipe.sources) {
      const earlier = await workspace.one<{ id: number; sha256: string }>(
        'SELECT id, sha256 FROM source_files WHERE path = $1 ORDER BY id DESC LIMIT 1',
        [file],
      );
      if (!earlier || earlier.sha256 === fileSha256(file)) continue;
      await forgetFile(workspace, earlier.id);
      replaced.push(file);
    }
    const requests = recipe.sources.map(({ source, file }) => ({ kind: source, path: file }));
    const imports = await importFiles(workspace, requests, { mapping, idColumn: recipe.id }, task);
    return { imports, replaced };
  });
}

/** Takes a file and everything that was read from it out of the workspace. */
async function forgetFile(workspace: Workspace, fileId: number): Promise<void> {
  const tables = await workspace.all<{ table_name: string }>(
    "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'file_id' AND NOT internal",
  );
  for (const { table_name: table } of tables) {
    await workspace.run(`DELETE FROM ${table} WHERE file_id = ${fileId}`);
  }
  await workspace.run(`DELETE FROM source_files WHERE id = ${fileId}; DROP TABLE IF EXISTS rows_${fileId}`);
}
