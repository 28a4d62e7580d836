import { z } from 'zod';
import { exportedSchema } from './audience.js';
import { message, nothing } from './message.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** A recipe, and the path of the file that it writes. */
export const chosenRecipeSchema = z.object({ file: grantedFileSchema, writes: z.string() });
export type ChosenRecipe = z.infer<typeof chosenRecipeSchema>;

export const ranRecipeSchema = exportedSchema.extend({
  /** Names of the files that were read, and of those deleted from the workspace. */
  read: z.array(z.string()),
  removed: z.array(z.string()),
});
export type RanRecipe = z.infer<typeof ranRecipeSchema>;

/** A recipe of the open workspace; null when the dialog was closed. */
export const chooseRecipe = message('recipe:choose', nothing, chosenRecipeSchema.nullable());
/** Brings the files up to date, ranks and exports. */
export const runRecipe = message('recipe:run', z.object({ taskId: taskIdSchema, recipe: z.string() }), ranRecipeSchema);
