import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseHide } from '../../services/index/hide.js';
import { readRecipe } from '../../services/recipe/recipe.js';
import { absoluteRecipe, runRecipe } from '../../services/recipe/run-recipe.js';
import { printResult, terminalTask } from '../output.js';
import { withNewRanker } from '../ranker.js';
import { exportLines } from './export.js';

interface Options {
  device: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('run')
    .description('run a recipe: sources, instruction, audience and export in one file')
    .argument('<recipe.json>', 'the recipe; its paths are relative to its folder')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const recipe = absoluteRecipe(readRecipe(file), dirname(resolve(file)));
  const ranking = { device: options.device, fit: recipe.fit, hides: recipe.hide.map(parseHide) };
  await withNewRanker(recipe.workspace, ranking, async ({ workspace, rank }) => {
    const report = await runRecipe(workspace, rank, recipe, terminalTask());
    printResult(options.json, report, [
      ...report.refresh.imports.map(
        ({ kind, file, change }) => `${kind}: ${file} ${change === 'new' ? 'imported' : change}`,
      ),
      ...report.refresh.removed.map(
        (file) =>
          `removed: ${file}, which the recipe does not name; sources --restore "${basename(file)}" brings it back`,
      ),
      ...exportLines(report.export),
    ]);
  });
}
