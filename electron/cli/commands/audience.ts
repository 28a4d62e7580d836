import type { Command } from 'commander';
import { buildAudience, rankTarget } from '../../services/audience/build.js';
import { memberColumns } from '../../services/audience/export.js';
import { writeTable } from '../../services/audience/write-table.js';
import {
  addRuleOptions,
  addTargetOptions,
  readRules,
  readTarget,
  type RuleOptions,
  type TargetOptions,
} from '../audience-options.js';
import { countLines, fairnessLines, listLines, warningLines } from '../audience-text.js';
import { addFitOption } from '../fit-option.js';
import { hiddenLines, hiddenRows } from '../hidden.js';
import { printResult, terminalTask } from '../output.js';
import { withRanker, type RankOptions } from '../ranker.js';

interface Options extends RankOptions, TargetOptions, RuleOptions {
  out?: string;
  json?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('audience')
    .description('who is in an audience, and who is not and why; writes nothing but the members')
    .requiredOption('--workspace <file>', 'the workspace');
  addFitOption(addRuleOptions(addTargetOptions(command)))
    .option('--out <members.csv>', 'write rank, user_id, score and group of the audience here')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [target, rules] = [readTarget(options), readRules(options)];
  const task = terminalTask();
  await withRanker(options, async ({ workspace, rank }) => {
    const built = await buildAudience(workspace, await rankTarget(workspace, rank, target, task), rules);
    if (options.out) await writeTable(options.out, memberColumns(built));
    const { audience, fairness, value, lists, warnings, target: ranked } = built;
    const hides = await hiddenRows(workspace);
    const lowest = audience.positions.at(-1);
    const lowestScore = lowest === undefined ? null : ranked.ranking.scores[lowest]!;
    printResult(
      options.json,
      {
        counts: audience.counts,
        hides,
        lists,
        warnings,
        lowestScore,
        fairness,
        value: value?.optimum ?? null,
        out: options.out ?? null,
      },
      [
        ...countLines(built),
        ...(await hiddenLines(workspace, hides)),
        ...listLines(lists),
        ...warningLines(warnings),
        ...(lowestScore === null ? [] : [`lowest score in the audience: ${lowestScore.toFixed(4)}`]),
        ...(value
          ? [
              `most profitable: ${value.optimum.count} customers, ${value.optimum.conversions.toFixed(1)} conversions expected, profit ${value.optimum.profit.toFixed(2)}`,
            ]
          : []),
        ...fairness.flatMap(fairnessLines),
        ...(options.out ? [`written: ${options.out}`] : []),
      ],
    );
  });
}
