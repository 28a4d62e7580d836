import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { asSeenFrom, mapOfferPaths, mapPaths } from '../audience/paths.js';
import type { AudienceSpec, ExportFormat } from '../audience/spec.js';
import { AppError } from '../errors.js';
import type { FileKind } from '../import/sources.js';
import { hideText, type Hide } from '../index/hide.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Recipe } from './recipe.js';

/** What a recipe of the workspace is to do; paths exist as they are. */
export interface RecipeRequest {
  name?: string;
  fit: Recipe['fit'];
  ask: Recipe['ask'];
  audience: AudienceSpec;
  format: ExportFormat;
}

/**
 * Writes the whole job as a recipe: the workspace's files with the roles of their columns, what is asked, the rules and
 * an export beside the recipe. Paths are relative to its folder, so that the folder can move with what is in it.
 * @throws AppError `recipe-without-sources` when nothing was imported, `recipe-source-added` when it is not known any more
 * where a file lies whose rows were added to another.
 */
export async function writeRecipe(workspace: Workspace, request: RecipeRequest, file: string): Promise<Recipe> {
  const { dir, name } = parse(resolve(file));
  const relative = asSeenFrom(dir);
  const { ask, audience, format } = request;
  const recipe: Recipe = {
    recipe: 1,
    ...(request.name !== undefined && { name: request.name }),
    workspace: relative(workspace.path),
    sources: (await sources(workspace)).map(({ added, ...source }) => ({
      ...source,
      file: relative(source.file),
      ...(added && { added: added.map(relative) }),
    })),
    hide: (JSON.parse((await workspace.meta('hides')) ?? '[]') as Hide[]).map(hideText),
    fit: request.fit,
    ask: 'offers' in ask ? { offers: mapOfferPaths(ask.offers, relative) } : ask,
    audience: mapPaths(audience, relative),
    export: { format, file: `${name}.${format === 'parquet' ? 'parquet' : 'csv'}` },
  };
  writeFileSync(file, `${JSON.stringify(recipe, null, 2)}\n`);
  return recipe;
}

/** The imported files; segments are lists that rules name, and stay in the workspace. */
async function sources(workspace: Workspace): Promise<Recipe['sources']> {
  const files = await workspace.all<{ id: number; source: FileKind; file: string }>(
    "SELECT id, source, path AS file FROM source_files WHERE source <> 'segment' ORDER BY id",
  );
  if (files.length === 0) {
    throw new AppError('recipe-without-sources', 'The workspace has no files to refresh', 'import a file first');
  }
  const additions = await workspace.all<Addition>(
    'SELECT file_id AS id, name, path FROM source_additions ORDER BY file_id, rowid',
  );
  const columns = await workspace.all<{ id: number; name: string; role: never }>(
    'SELECT file_id AS id, name, role FROM source_columns ORDER BY file_id, ordinal',
  );
  return files.map(({ id, source, file }) => {
    const added = additions.filter((one) => one.id === id).map((one) => pathOf(one, file));
    return {
      source,
      file,
      columns: Object.fromEntries(columns.filter((one) => one.id === id).map(({ name, role }) => [name, role])),
      ...(added.length > 0 && { added }),
    };
  });
}

type Addition = { id: number; name: string; path: string | null };

/** Workspaces of before do not know where an added file lay; mostly it was beside the first one. */
function pathOf({ name, path }: Addition, file: string): string {
  const beside = join(dirname(file), name);
  if (path !== null) return path;
  if (existsSync(beside)) return beside;
  throw new AppError(
    'recipe-source-added',
    `Rows of ${name} were added to this file, and it is not known where ${name} is`,
    `put it beside the file, or put all rows into one file and replace the source by it`,
    { file },
  );
}
