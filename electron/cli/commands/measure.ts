import type { Command } from 'commander';
import {
  idsOfMembers,
  measureCampaign,
  readMembers,
  readOutcomes,
  type ArmResult,
} from '../../services/audience/measure.js';
import { membersBeside, readManifest } from '../../services/audience/manifest.js';
import { AppError } from '../../services/errors.js';
import { printResult } from '../output.js';
import type { Estimate } from '../../services/evaluate/intervals.js';
import { estimateText } from '../tables.js';

interface Options {
  manifest?: string;
  members?: string;
  outcomes: string;
  outcome?: string;
  id?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('measure')
    .description('what a campaign brought: treated against holdout, from an outcome file of later')
    .option('--manifest <file>', 'the .manifest.json beside the export')
    .option('--members <file>', 'the .members.csv beside the export, instead of the manifest')
    .requiredOption('--outcomes <file>', 'customer ids with what they did, CSV or Parquet')
    .option(
      '--outcome <column>',
      '0/1, yes/no or amounts; without it the only column of labels, or else every id in the file has converted',
    )
    .option('--id <column>', 'name of the customer id column in the outcome file')
    .option('--json', 'print the result as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const members = await readMembers(membersFile(options));
  const outcomes = await readOutcomes(options.outcomes, options.outcome, {
    wanted: options.id,
    known: idsOfMembers(members),
  });
  const result = measureCampaign(members, outcomes);
  const converted = result.kind === 'converted';
  const arm = (name: string, { customers, total, mean }: ArmResult) =>
    converted
      ? `${name}: ${total} of ${customers} converted (${(100 * mean).toFixed(2)} %)`
      : `${name}: ${total.toFixed(2)} from ${customers} customers (${mean.toFixed(2)} each)`;
  const chosen = options.outcome === undefined ? outcomes.column : undefined;
  printResult(options.json, { ...result, outcomeColumn: outcomes.column }, [
    ...(chosen ? [`outcomes are read from ${chosen}, the only column of labels (--outcome COLUMN names another)`] : []),
    arm('treated', result.treated),
    arm('holdout', result.holdout),
    `uplift: ${converted ? `${estimateText(inPercent(result.uplift), 1)} percentage points` : `${estimateText(result.uplift, 2)} per customer`} (95 % interval)`,
    `brought by the campaign: ${estimateText(result.incremental, 1)}`,
    `Qini coefficient: ${result.qini.coefficient.toFixed(5)}`,
    `${result.withoutOutcome} customers of the audience are not in the outcome file and count as 0; ${result.outsideAudience} of its ids are not of the audience`,
  ]);
}

function membersFile({ manifest, members }: Options): string {
  if (members !== undefined && manifest !== undefined)
    throw new AppError('option-invalid', '--manifest and --members exclude each other', 'give one of them');
  if (members) return members;
  if (!manifest) throw new AppError('option-missing', 'No audience is given', 'give --manifest or --members');
  return membersBeside(manifest, readManifest(manifest));
}

function inPercent({ value, low, high }: Estimate): Estimate {
  return { value: 100 * value, low: 100 * low, high: 100 * high };
}
