import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { listMistakes, mistakesIn } from '../audience/mistakes.js';
import { audienceSpec, exportFormat, offersSpec, targetSpec } from '../audience/spec.js';
import { AppError } from '../errors.js';
import { FILE_KINDS, ROLES } from '../import/sources.js';

/** The whole job as one file. Paths are relative to the recipe's folder. */
export const recipeSchema = z.strictObject({
  recipe: z.literal(1),
  name: z.string().optional(),
  /** Made on the first run, refreshed on later ones. */
  workspace: z.string().min(1),
  sources: z
    .array(
      z.strictObject({
        source: z.enum(FILE_KINDS),
        file: z.string().min(1),
        /** Roles of columns that are not to be guessed. */
        columns: z.record(z.string(), z.enum(ROLES)).optional(),
        /** Files whose rows are added to the first, in this order. */
        added: z.array(z.string().min(1)).optional(),
      }),
    )
    .min(1),
  /** Name of the customer id column, where it is not found by itself. */
  id: z.string().optional(),
  /** Rows to leave out, written COLUMN=VALUE or FILE:COLUMN=VALUE. */
  hide: z.array(z.string()).default([]),
  /** The fit to rank by: the one in use, one by number, or none for the model as it ships. */
  fit: z.union([z.enum(['current', 'none']), z.number().int().positive()]).default('current'),
  ask: z.union([z.strictObject({ target: targetSpec }), z.strictObject({ offers: offersSpec })]),
  audience: audienceSpec.prefault({}),
  export: z.strictObject({ format: exportFormat.default('csv'), file: z.string().min(1) }),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** @throws AppError `recipe-missing`, or `recipe-invalid` naming the first place that is wrong. */
export function readRecipe(file: string): Recipe {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new AppError('recipe-missing', 'There is no such recipe', 'check the path', { file });
  }
  return parseRecipe(text, file);
}

/** @throws AppError `recipe-invalid` */
export function parseRecipe(text: string, file: string): Recipe {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new AppError('recipe-invalid', `The recipe is not valid JSON (${detail})`, 'check commas and quotes', {
      file,
    });
  }
  const parsed = recipeSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const mistakes = mistakesIn(parsed.error.issues);
  throw new AppError(
    'recipe-invalid',
    `The recipe is wrong ${listMistakes(mistakes)}`,
    'compare it with the recipes page of the documentation',
    { file, column: mistakes[0]!.where },
  );
}
