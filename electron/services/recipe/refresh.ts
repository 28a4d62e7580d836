import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { importFiles, type ImportReport, type ImportRequest } from '../import/import.js';
import { haveRoles, type Roles } from '../import/mapping.js';
import { hashFile } from '../import/probe.js';
import { removeFile } from '../import/remove-file.js';
import type { FileKind } from '../import/sources.js';
import { hashOfBoth, storedFile } from '../import/stored-file.js';
import type { Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Recipe } from './recipe.js';

/** What a refresh did to the workspace's files. */
export interface RefreshReport {
  imports: ImportReport[];
  /** Files that were read again: their content or the roles of their columns had changed. */
  replaced: string[];
  /** Files whose rows were added to another. */
  added: string[];
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
    const requests: ImportRequest[] = [];
    for (const [at, source] of recipe.sources.entries()) {
      requests.push(...(await requestsOf(workspace, source, recipe.id, earlier[at])));
    }
    const imports = await importFiles(workspace, requests, { idColumn: recipe.id }, task);
    // A source that came to have the content of another is that one now; its earlier rows must not stay.
    removed.push(...(await removeOthers(workspace, new Set(imports.map(({ fileId }) => fileId)))));
    return {
      imports,
      replaced: imports.filter(({ change }) => change === 'replaced').map(({ file }) => file),
      added: imports.filter(({ change }) => change === 'added').map(({ file }) => file),
      removed: removed.map(({ path }) => path),
    };
  });
}

/**
 * What is to be imported of a source: nothing but the added files that are new, where all else is as it was; the whole
 * otherwise, because what rows an added file brought is not kept.
 */
async function requestsOf(
  workspace: Workspace,
  { source, file, columns = {}, added = [] }: Recipe['sources'][number],
  idColumn: string | undefined,
  earlier: KnownFile | undefined,
): Promise<ImportRequest[]> {
  const additions = await differentFiles(file, added);
  const known = earlier && (await knownAdditions(workspace, earlier.id, { file, columns, idColumn }, additions));
  const request = (path: string, change: ImportRequest['earlier']): ImportRequest => ({
    kind: source,
    path,
    roles: columns,
    ...(change && { earlier: change }),
  });
  // Without additions the import sees for itself whether the content is another.
  const as = known ? 'unchanged' : 'replacement';
  return [
    request(file, earlier && { fileId: earlier.id, as }),
    ...additions.slice(known ?? 0).map(({ path }) => request(path, { fileId: 'previous', as: 'addition' })),
  ];
}

interface HashedFile {
  path: string;
  sha256: string;
}

/** The added files, but those that say again what one before them said: the import would not add them either. */
async function differentFiles(file: string, added: readonly string[]): Promise<HashedFile[]> {
  if (added.length === 0) return [];
  const seen = new Set([await hashFile(file)]);
  const different: HashedFile[] = [];
  for (const path of added) {
    const sha256 = await hashFile(path);
    if (!seen.has(sha256)) different.push({ path, sha256 });
    seen.add(sha256);
  }
  return different;
}

/**
 * How many of the files are added already, where the workspace has the first ones, in their order, and nothing else
 * has changed; undefined otherwise.
 */
async function knownAdditions(
  workspace: Workspace,
  fileId: number,
  { file, columns, idColumn }: { file: string; columns: Roles; idColumn: string | undefined },
  additions: readonly HashedFile[],
): Promise<number | undefined> {
  const stored = await storedFile(workspace, fileId);
  if (stored.bytes !== statSync(file).size || !haveRoles(stored.columns, columns, idColumn)) return undefined;
  const added = await workspace.all<{ sha256: string }>(
    'SELECT sha256 FROM source_additions WHERE file_id = $1 ORDER BY rowid',
    [fileId],
  );
  if (added.some(({ sha256 }, at) => additions[at]?.sha256 !== sha256)) return undefined;
  const whole = added.reduce((hash, { sha256 }) => hashOfBoth(hash, sha256), await hashFile(file));
  return whole === stored.sha256 ? added.length : undefined;
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
