import { existsSync } from 'node:fs';
import { checkJob } from '../audience/check-job.js';
import { exportAudience, type ExportReport, type ExportRequest } from '../audience/export.js';
import type { RankQuestion } from '../audience/build.js';
import { fromFolder, mapOfferPaths, mapPaths } from '../audience/paths.js';
import { tunedNames } from '../audience/pin.js';
import { AppError } from '../errors.js';
import { checkFit } from '../fit/fit-versions.js';
import type { Task } from '../task.js';
import { findTuned } from '../tune/tuned-store.js';
import type { Workspace } from '../workspace/workspace.js';
import { refreshSources, type RefreshReport } from './refresh.js';
import type { Recipe } from './recipe.js';

export interface RecipeReport {
  name: string | null;
  refresh: RefreshReport;
  export: ExportReport;
}

/** The recipe with every path absolute, relative ones starting at `folder` (the recipe file's). */
export function absoluteRecipe(recipe: Recipe, folder: string): Recipe {
  const absolute = fromFolder(folder);
  return {
    ...recipe,
    workspace: absolute(recipe.workspace),
    sources: recipe.sources.map(({ added, ...source }) => ({
      ...source,
      file: absolute(source.file),
      ...(added && { added: added.map(absolute) }),
    })),
    ask: 'offers' in recipe.ask ? { offers: mapOfferPaths(recipe.ask.offers, absolute) } : recipe.ask,
    audience: mapPaths(recipe.audience, absolute),
    export: { ...recipe.export, file: absolute(recipe.export.file) },
  };
}

/**
 * Runs a recipe: brings the sources up to date, ranks, builds the audience and exports it.
 * @param recipe with absolute paths
 * @param rank encodes new and changed customers before it ranks
 * @throws AppError `recipe-source-missing`, and what importing, ranking and exporting throw.
 */
export async function runRecipe(
  workspace: Workspace,
  rank: RankQuestion,
  recipe: Recipe,
  task: Task,
): Promise<RecipeReport> {
  const files = recipe.sources.flatMap(({ source, file, added = [] }) =>
    [file, ...added].map((one) => ({ source, file: one })),
  );
  const missing = files.find(({ file }) => !existsSync(file));
  if (missing) {
    throw new AppError(
      'recipe-source-missing',
      `The recipe's ${missing.source} file is not there`,
      'put it there, or change the recipe',
      {
        file: missing.file,
      },
    );
  }
  // Whatever is wrong with the recipe is told before anything long is done.
  const { ask, audience, fit } = recipe;
  const job: ExportRequest = { ask, audience, format: recipe.export.format, out: recipe.export.file };
  checkJob(job);
  if (typeof fit === 'number') await checkFit(workspace, fit);
  for (const name of tunedNames(ask)) await findTuned(workspace, name);
  const refresh = await refreshSources(workspace, recipe, task);
  const report = await exportAudience(workspace, rank, job, task);
  return { name: recipe.name ?? null, refresh, export: report };
}
