import type { Command } from 'commander';
import { exportAudience, remakeExport, type ExportReport, type ExportRequest } from '../../services/audience/export.js';
import { checkJob } from '../../services/audience/check-job.js';
import { readManifest } from '../../services/audience/manifest.js';
import { EXPORT_FORMATS, exportFormat } from '../../services/audience/spec.js';
import { AppError } from '../../services/errors.js';
import {
  addRuleOptions,
  addTargetOptions,
  readOffers,
  readRules,
  readTarget,
  type RuleOptions,
  type TargetOptions,
} from '../audience-options.js';
import { listLines, warningLines } from '../audience-text.js';
import { addFitOption } from '../fit-option.js';
import { hiddenLines, hiddenRows } from '../hidden.js';
import { printResult, terminalTask } from '../output.js';
import { allowOptions } from '../refuse.js';
import { withRanker, type RankOptions } from '../ranker.js';

interface Options extends RankOptions, TargetOptions, RuleOptions {
  offers?: string;
  manifest?: string;
  format?: string;
  out: string;
  json?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('export')
    .description('write an audience for a campaign, with its members and a manifest beside it')
    .requiredOption('--workspace <file>', 'the workspace');
  addFitOption(addRuleOptions(addTargetOptions(command)))
    .option('--offers <offers.json>', 'the next best of several offers for every customer, instead of one instruction')
    .option('--manifest <file>', 'make this export again and check that it is the same, bit for bit')
    .option(
      '--format <format>',
      `${EXPORT_FORMATS.join(', ')} (google: Customer Match, meta: custom audience); by the file's ending if left out`,
    )
    .requiredOption('--out <file>', 'the export file, .csv or .parquet')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(options: Options, command: Command): Promise<void> {
  if (options.manifest !== undefined) refuseBesideManifest(command, options.manifest);
  const request = options.manifest === undefined ? readRequest(options) : undefined;
  const task = terminalTask();
  await withRanker(options, async ({ workspace, rank }) => {
    const report = request
      ? await exportAudience(workspace, rank, request, task)
      : await remakeExport(workspace, rank, options.manifest!, options.out, task);
    printResult(options.json, report, [
      ...exportLines(report),
      ...(await hiddenLines(workspace, await hiddenRows(workspace))),
      ...(request ? [] : ['the same, bit for bit, as the manifest says']),
    ]);
  });
}

/** A manifest says all but where to: --fit counts for those of before alone, which do not name it. */
function refuseBesideManifest(command: Command, file: string): void {
  const ownFits = readManifest(file).rankings.every(({ fit }) => fit !== undefined);
  const used = ['--workspace', '--manifest', '--out', '--device', '--json', ...(ownFits ? [] : ['--fit'])];
  allowOptions(command, used, 'the manifest says how the export was made');
}

/** What an export did, for people. */
export function exportLines(report: ExportReport): string[] {
  const { file, members, manifest, customers, counts, platform, offers } = report;
  const unusable = Object.entries(platform?.unusable ?? {}).map(([field, count]) => `${count} unusable ${field} cells`);
  return [
    `${customers} customers written to ${file}`,
    `${counts.selected} of ${counts.ranked} customers in the audience, ${counts.holdout} of them held out, ${counts.suppressed} suppressed`,
    ...listLines(report.lists),
    ...warningLines(report.warnings),
    ...(offers ? offerLines(offers) : []),
    ...(platform && platform.unmatchable > 0
      ? [`${platform.unmatchable} customers left out: no contact data that the platform could match`]
      : []),
    ...(unusable.length > 0 ? [unusable.join(', ')] : []),
    `members: ${members}`,
    `manifest: ${manifest}`,
  ];
}

function offerLines({ reason, perOffer }: NonNullable<ExportReport['offers']>): string[] {
  return [
    `offers compared: ${reason}`,
    ...perOffer.map(
      ({ offer, customers, capacity }) =>
        `  ${offer}: ${customers} customers${capacity === null ? '' : ` of at most ${capacity}`}`,
    ),
  ];
}

function readRequest(options: Options): ExportRequest {
  if (options.offers !== undefined) refuseTarget(options);
  const format = exportFormat.safeParse(
    options.format ?? (options.out.toLowerCase().endsWith('.parquet') ? 'parquet' : 'csv'),
  );
  if (!format.success) {
    throw new AppError(
      'option-invalid',
      `"${options.format}" is not a format`,
      `choose one of ${EXPORT_FORMATS.join(', ')}`,
    );
  }
  const ask = options.offers ? { offers: readOffers(options.offers) } : { target: readTarget(options) };
  const request = { ask, audience: readRules(options), format: format.data, out: options.out };
  checkJob(request);
  return request;
}

/** Offers have instructions of their own. @throws AppError `option-invalid`. */
function refuseTarget({ instruction, answer, contrast, tuned, target }: TargetOptions): void {
  const given = Object.entries({ instruction, answer, contrast, tuned, target }).find(
    ([, value]) => value !== undefined,
  );
  if (!given) return;
  throw new AppError(
    'option-invalid',
    `--${given[0]} does not apply to offers`,
    'leave it out: the offers file says what each offer is ranked by',
  );
}
