import { basename } from 'node:path';
import { importFiles, type ImportReport, type ImportRequest } from '../import/import.js';
import { removeFile } from '../import/remove-file.js';
import type { FileKind } from '../import/sources.js';
import type { Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Recipe } from './recipe.js';

/** What a refresh did to the workspace's files. */
export interface RefreshReport {
  imports: ImportReport[];
  /** Files that were read again: their content or the roles of their columns had changed. */
  replaced: string[];
  /** Files of the workspace that the recipe does not name; `sources --restore` brings them back. */
  removed: string[];
}

interface KnownFile {
  id: number;
  kind: FileKind;
  name: string;
  path: string;
}

/**
 * Brings the workspace to the recipe's files, as if it were made anew: unchanged ones are left alone, those of other content
 * or other roles replace their earlier version, new ones are added, and those that the recipe does not name are deleted
 * until they are brought back. All of it happens, or nothing.
 * @param recipe with absolute paths
 * @throws AppError as importing does
 */
export async function refreshSources(workspace: Workspace, recipe: Recipe, task: Task): Promise<RefreshReport> {
  return workspace.transaction(async () => {
    const earlier = matchSources(recipe.sources, await knownFiles(workspace));
    const removed = await removeOthers(workspace, new Set(earlier.flatMap((file) => file?.id ?? [])));
    const requests = recipe.sources.map(({ source, file, columns = {} }, at): ImportRequest => {
      const known = earlier[at];
      return {
        kind: source,
        path: file,
        roles: columns,
        ...(known && { earlier: { fileId: known.id, as: 'replacement' } }),
      };
    });
    const imports = await importFiles(workspace, requests, { idColumn: recipe.id }, task);
    // A source that came to have the content of another is that one now; its earlier rows must not stay.
    removed.push(...(await removeOthers(workspace, new Set(imports.map(({ fileId }) => fileId)))));
    return {
      imports,
      replaced: imports.filter(({ change }) => change === 'replaced').map(({ file }) => file),
      removed: removed.map(({ path }) => path),
    };
  });
}

/** The workspace's files but segments: those are made in it, and no ranking or rule of a recipe reads them. */
async function knownFiles(workspace: Workspace): Promise<KnownFile[]> {
  return workspace.all<{ id: number; kind: FileKind; name: string; path: string }>(
    "SELECT id, source AS kind, name, path FROM source_files WHERE source <> 'segment' ORDER BY id DESC",
  );
}

/** Of every source its earlier version: of the same path, or of the same name where the whole folder moved. */
function matchSources(sources: Recipe['sources'], known: readonly KnownFile[]): (KnownFile | undefined)[] {
  const paths = new Set(sources.map(({ file }) => file));
  const taken = new Set<KnownFile>();
  return sources.map(({ source, file }) => {
    const free = known.filter((one) => one.kind === source && !taken.has(one));
    const found =
      free.find(({ path }) => path === file) ??
      free.find(({ path, name }) => name === basename(file) && !paths.has(path));
    if (found) taken.add(found);
    return found;
  });
}

async function removeOthers(workspace: Workspace, kept: ReadonlySet<number>): Promise<KnownFile[]> {
  const others = (await knownFiles(workspace)).filter(({ id }) => !kept.has(id));
  for (const { id } of others) await removeFile(workspace, id);
  return others;
}
