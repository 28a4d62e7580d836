import type { Command } from 'commander';
import type { AskSpec } from '../../services/audience/spec.js';
import { loadRanking } from '../../services/audience/workspace-data.js';
import { activityRanking } from '../../services/evaluate/activity.js';
import {
  evaluateRankings,
  readLabels,
  type NamedRanking,
  type RankingEvaluation,
} from '../../services/evaluate/evaluate.js';
import { idsIn } from '../../services/import/known-ids.js';
import { withoutExamples } from '../../services/evaluate/labels.js';
import { CUTS_PERCENT } from '../../services/evaluate/metrics.js';
import { findTuned, tunedExamples, type TunedVersion } from '../../services/tune/tuned-store.js';
import { readTarget } from '../audience-options.js';
import { addFitOption } from '../fit-option.js';
import { hiddenLines, hiddenRows } from '../hidden.js';
import { printResult, terminalTask } from '../output.js';
import { withRanker, type RankOptions } from '../ranker.js';
import { estimateText, tableLines } from '../tables.js';

interface Options extends RankOptions {
  instruction?: string;
  tuned?: string;
  answer?: string;
  contrast?: string;
  labels: string;
  label: string;
  id?: string;
  positive?: string;
  against: string[];
  json?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('evaluate')
    .description('how well an instruction ranks: AUC, KS and lift with 95 % intervals, beside the activity count')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--instruction <text>', 'whom to look for')
    .option(
      '--tuned <name>',
      'a tuned instruction instead, NAME or NAME@VERSION, beside its untuned words; its examples are not scored',
    )
    .option('--answer <text>', 'what a good customer would answer')
    .option('--contrast <text>', 'what a bad one would answer')
    .requiredOption('--labels <file>', 'customer ids with 0 or 1, CSV or Parquet; used for nothing but scoring')
    .requiredOption('--label <column>', 'the column with 0 and 1, won and lost, yes and no or the like')
    .option('--id <column>', 'name of the customer id column in the label file')
    .option('--positive <value>', 'the value of the label column that is the target; all others are not')
    .option(
      '--against <text>',
      'another instruction to set beside it; may be repeated',
      (text: string, all: string[]) => [...all, text],
      [],
    )
    .option(
      '--hide <[FILE:]COLUMN=VALUE>',
      'leave out the rows with this value; may be repeated; as last time by default',
      (hide: string, all: string[]) => [...all, hide],
      [],
    );
  addFitOption(command)
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the figures and curves as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const task = terminalTask();
  readTarget(options);
  await withRanker(options, async ({ workspace, rank }) => {
    // Whatever is wrong with the labels is told before anything long is done.
    const labels = await readLabels(options.labels, options.label, {
      wanted: options.id,
      positive: options.positive,
      known: idsIn(workspace),
    });
    const tuned = options.tuned === undefined ? undefined : await findTuned(workspace, options.tuned);
    const asks = [...(tuned ? tunedAsks(tuned) : [untunedAsk(options)]), ...options.against.map(namedAsk)];
    const rankings: NamedRanking[] = [];
    for (const { name, ask } of asks) {
      const { userIds, scores } = await loadRanking(workspace, await rank(ask, task));
      rankings.push({ name, scored: userIds.map((user_id, i) => ({ user_id, score: scores[i]! })) });
    }
    rankings.push({ name: 'activity count', scored: await activityRanking(workspace) });
    const examples = tuned ? await tunedExamples(workspace, tuned.id) : [];
    const evaluation = evaluateRankings(rankings, withoutExamples(labels, examples));
    const { customers, unknown, unknownExamples, duplicates, unlabelled, rankedWithoutLabel } = evaluation.labels;
    const { metrics } = evaluation.rankings[0]!;
    const hides = await hiddenRows(workspace);
    printResult(options.json, { ...evaluation, hides }, [
      ...(tuned ? [exampleLine(tuned, examples.length)] : []),
      `${metrics.customers} ranked customers with a label, ${metrics.positives} of them positive (${(100 * metrics.baseRate).toFixed(2)} %)`,
      ...(unknown > 0
        ? [`${unknown} of ${customers} labelled ids are not ranked, such as ${unknownExamples.join(', ')}`]
        : []),
      ...evaluation.warnings.map((warning) => `warning: ${warning}`),
      ...(rankedWithoutLabel > 0 ? [`${rankedWithoutLabel} ranked customers have no label`] : []),
      ...(duplicates > 0 ? [`${duplicates} labels are repeated`] : []),
      ...(unlabelled > 0 ? [`${unlabelled} label cells are empty`] : []),
      ...(await hiddenLines(workspace, hides)),
      '',
      ...tableLines([
        ['', 'AUC', 'KS', ...CUTS_PERCENT.map((cut) => `lift at ${cut} %`)],
        ...evaluation.rankings.map(row),
        randomRow(),
      ]),
      '',
      ...decileLines(evaluation.rankings[0]!),
    ]);
  });
}

type NamedAsk = { name: string; ask: AskSpec };

function namedAsk(instruction: string): NamedAsk {
  return { name: instruction, ask: { instruction } };
}

function untunedAsk({ instruction = '', answer, contrast }: Options): NamedAsk {
  return { name: instruction, ask: { instruction, answer, contrast } };
}

function tunedAsks({ name, version, question }: TunedVersion): NamedAsk[] {
  return [
    { name: `${name}@${version}, tuned`, ask: { tuned: `${name}@${version}` } },
    { name: `untuned: ${question.instruction}`, ask: { ...question } },
  ];
}

function exampleLine({ inUse }: TunedVersion, examples: number): string {
  const use = inUse ? '' : '; cross-validation spoke against the version, so that it ranks as the untuned words do';
  return `${examples} customers that the tuning used are not scored${use}`;
}

function row({ name, metrics }: RankingEvaluation): string[] {
  const shown = name.length > 50 ? `${name.slice(0, 49)}…` : name;
  return [
    shown,
    estimateText(metrics.auc),
    metrics.ks.toFixed(3),
    ...metrics.cuts.map((cut) => estimateText(cut.lift, 2)),
  ];
}

/** What drawing lots gives on average. */
function randomRow(): string[] {
  return ['random pick', '0.500', '0.000', ...CUTS_PERCENT.map(() => '1.00')];
}

function decileLines({ deciles }: RankingEvaluation): string[] {
  const rows = deciles.map(({ decile, customers, positives, rate, meanScore }) => [
    String(decile),
    String(customers),
    String(positives),
    `${(100 * rate.value).toFixed(2)} %`,
    meanScore.toFixed(4),
  ]);
  return tableLines([['decile', 'customers', 'positives', 'rate', 'mean score'], ...rows]);
}
