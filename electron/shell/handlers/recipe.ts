import path from 'node:path';
import { rankerOfRecipe } from '../../composition.js';
import * as messages from '../../ipc/recipe.js';
import { AppError } from '../../services/errors.js';
import { parseHide } from '../../services/index/hide.js';
import { readRecipe, type Recipe } from '../../services/recipe/recipe.js';
import { absoluteRecipe, runRecipe } from '../../services/recipe/run-recipe.js';
import type { Workspace } from '../../services/workspace/workspace.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';
import { shownExport } from './audience.js';

/** The recipe in a file. @throws AppError recipe-other-workspace when it is not for this one */
function recipeFor(workspace: Workspace, file: string): Recipe {
  const recipe = absoluteRecipe(readRecipe(file), path.dirname(file));
  if (path.resolve(recipe.workspace) === path.resolve(workspace.path)) return recipe;
  throw new AppError(
    'recipe-other-workspace',
    'The recipe is for another workspace',
    'open that one first; if it is not there yet, make a new one there',
    { file: recipe.workspace },
  );
}

export function handleRecipe(shell: Shell): void {
  const { session, grants, tasks } = shell;

  handle(messages.chooseRecipe, async () => {
    const [file] =
      (await shell.askToOpen({
        title: 'Choose a recipe',
        properties: ['openFile'],
        filters: [{ name: 'Recipe', extensions: ['json'] }],
      })) ?? [];
    if (file === undefined) return null;
    return { file: grants.grant(file), writes: recipeFor(session.reader(), file).export.file };
  });

  handle(messages.runRecipe, async ({ taskId, recipe: chosen }) => {
    const recipe = recipeFor(session.reader(), grants.pathOf(chosen));
    const ranking = { fit: recipe.fit, hides: recipe.hide.map(parseHide) };
    const { refresh, export: written } = await tasks.run(taskId, 'Run a recipe', (task) =>
      session.change(task, (services) =>
        runRecipe(services.workspace, rankerOfRecipe(services, ranking), recipe, task),
      ),
    );
    const read = refresh.imports.filter(({ change }) => change !== 'unchanged').map(({ file }) => path.basename(file));
    return { ...shownExport(grants, written), read, removed: refresh.removed.map((file) => path.basename(file)) };
  });
}
