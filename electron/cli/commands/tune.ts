import type { Command } from 'commander';
import { compose, parseDevice } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { readLabels } from '../../services/evaluate/evaluate.js';
import { idsIn } from '../../services/import/known-ids.js';
import { parseHide } from '../../services/index/hide.js';
import { examplesFromLabels, examplesFromSeeds, type Examples } from '../../services/tune/examples.js';
import type { Keep, TuneReport, Verdict } from '../../services/tune/tune.js';
import type { Workspace } from '../../services/workspace/workspace.js';
import { addFitOption, parseFit } from '../fit-option.js';
import { printResult, terminalTask } from '../output.js';
import { refuseOptions } from '../refuse.js';
import { estimateText } from '../tables.js';

interface Options {
  workspace: string;
  instruction: string;
  answer?: string;
  contrast?: string;
  labels?: string;
  label?: string;
  seeds?: string;
  id?: string;
  positive?: string;
  name: string;
  keep: string;
  softPrompt?: boolean;
  device: string;
  fit?: string;
  hide: string[];
  json?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('tune')
    .description('tune an instruction by a few labelled customers, or by seeds without negatives')
    .requiredOption('--workspace <file>', 'the workspace')
    .requiredOption('--instruction <text>', 'whom to look for')
    .option('--answer <text>', 'what a good customer would answer')
    .option('--contrast <text>', 'what the customers should not be')
    .option('--labels <file>', 'customer ids with 0 or 1, CSV or Parquet; 4 to 10,000 are used')
    .option('--label <column>', 'the column with 0 and 1, won and lost, yes and no or the like')
    .option('--seeds <file>', 'ids of customers that have the target; the rest of the base counts as unlabelled')
    .option('--id <column>', 'name of the customer id column in the file')
    .option('--positive <value>', 'the value of the label column that is the target; all others are not')
    .requiredOption('--name <name>', 'name of the tuned instruction; a name that exists gets another version')
    .option(
      '--keep <when>',
      'auto: rankings use it unless cross-validation speaks against it; always: in any case',
      'auto',
    );
  addFitOption(command)
    .option('--soft-prompt', 'also train a soft prompt of six tokens; takes some seconds more, also when ranking')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option(
      '--hide <[FILE:]COLUMN=VALUE>',
      'leave out the rows with this value; may be repeated; as last time by default',
      (hide: string, all: string[]) => [...all, hide],
      [],
    )
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(options: Options, command: Command): Promise<void> {
  // Whatever is wrong with the command or the labels is told before anything long is done.
  parseDevice(options.device);
  const hides = options.hide.map(parseHide);
  const keep = parseKeep(options.keep);
  checkExamples(options, command);
  const services = await compose(options.workspace);
  try {
    const examplesOf = await readExamples(services.workspace, options);
    const { instruction, answer, contrast, name, device, softPrompt } = options;
    const report = await services.tune(
      { instruction, answer, contrast },
      examplesOf,
      { name, keep, softPrompt, device, hides, fit: parseFit(options.fit) },
      terminalTask(),
    );
    printResult(options.json, report, reportLines(report));
  } finally {
    services.close();
  }
}

function checkExamples({ labels, label, seeds }: Options, command: Command): void {
  if ((labels === undefined) === (seeds === undefined))
    throw new AppError('option-invalid', 'Examples come from --labels or from --seeds', 'give one of the two');
  if (seeds !== undefined)
    refuseOptions(command, ['--label', '--positive'], 'every id of a file of seeds has the target');
  else if (label === undefined)
    throw new AppError('option-invalid', '--labels says nothing without its column', 'add --label COLUMN');
}

async function readExamples(
  workspace: Workspace,
  { labels, label, seeds, id, positive }: Options,
): Promise<(workspace: Workspace) => Promise<Examples>> {
  if (seeds !== undefined) return (prepared) => examplesFromSeeds(prepared, seeds, id);
  const set = await readLabels(labels!, label!, { wanted: id, positive, known: idsIn(workspace) });
  return (prepared) => examplesFromLabels(prepared, set);
}

function parseKeep(text: string): Keep {
  if (text === 'auto' || text === 'always') return text;
  throw new AppError('option-invalid', `--keep is "${text}"`, 'give auto or always');
}

function reportLines({ tuned, verdict, seconds, warnings }: TuneReport): string[] {
  const { counts, name, version } = tuned;
  const against =
    tuned.kind === 'labels'
      ? `${counts.negatives} negatives`
      : `${counts.unlabelled} of the rest of the base, unlabelled`;
  return [
    `${name}, version ${version}: ${counts.positives} positives, ${against}`,
    ...(counts.unknown > 0
      ? [`${counts.unknown} ids are no customers, such as ${counts.unknownExamples.join(', ')}`]
      : []),
    ...(counts.duplicates > 0 ? [`${counts.duplicates} examples are repeated`] : []),
    ...(counts.leftOut > 0 ? [`${counts.leftOut} examples beyond the most that are used are left out`] : []),
    `AUC on the examples${tuned.kind === 'seeds' ? ', the unlabelled taken as negatives' : ''}: untuned ${estimateText(tuned.before)}, tuned (cross-validated) ${estimateText(tuned.after)}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    verdictLine(tuned.inUse, verdict),
    `tuned in ${seconds.toFixed(1)} s`,
  ];
}

function verdictLine(inUse: boolean, verdict: Verdict): string {
  if (verdict === 'helps') return 'in use: the examples help';
  if (verdict === 'unclear')
    return 'in use: so few examples cannot tell whether they help; they move the ranking no further than they warrant';
  if (inUse) return 'in use as you asked, although cross-validation speaks against it';
  return 'not in use: cross-validation speaks against it; rankings stay with the instruction as it was (--keep always overrules)';
}
