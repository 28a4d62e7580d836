import { writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { AppError } from '../errors.js';
import { fitOfRanking } from '../fit/fit-of.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { buildAudience, rankTarget, type BuiltAudience, type RankQuestion } from './build.js';
import { platformFile, type PlatformFile } from './formats.js';
import { checkJob, offerRules } from './check-job.js';
import { HOLDOUT_METHOD } from './holdout.js';
import type { ListReport } from './list-report.js';
import { fileSha256, rankingSha256, readManifest, type Manifest } from './manifest.js';
import { asSeenFrom, fromFolder, inputFiles, mapOfferPaths, mapPaths } from './paths.js';
import { checkFits, pinnedAsk, pinVersions } from './pin.js';
import { exportedOffers, planOffers, type OfferExport } from './plan-offers.js';
import type { AudienceCounts } from './select.js';
import type { AudienceSpec, ExportFormat, JobAsk, TargetSpec } from './spec.js';
import { writeTable, type OutputColumn } from './write-table.js';

/** What to export; paths exist as they are. */
export interface ExportRequest {
  ask: JobAsk;
  audience: AudienceSpec;
  format: ExportFormat;
  /** The export file; its members and manifest are written beside it. */
  out: string;
}

export interface ExportReport {
  file: string;
  /** rank, user_id, score and group (treated or holdout) of the whole audience: for `measure` and frequency rules. */
  members: string;
  manifest: string;
  /** Customers in the export file. */
  customers: number;
  counts: AudienceCounts;
  /** What came of the lists of the rules. */
  lists: ListReport[];
  /** What to know before the file is used. */
  warnings: string[];
  platform: Omit<PlatformFile, 'columns'> | null;
  /** How offers were compared, why, and how many customers got each; null for one ranking. */
  offers: OfferExport['offers'];
}

/**
 * Builds an audience, or assigns offers, and writes export, members and manifest.
 * The holdout is in the members file alone; the export holds who is to be contacted.
 * @throws AppError `export-empty` when nobody is left, and what building and writing throw.
 */
export async function exportAudience(
  workspace: Workspace,
  rank: RankQuestion,
  wanted: ExportRequest,
  task: Task = unattended,
): Promise<ExportReport> {
  checkJob(wanted);
  const request = { ...wanted, ask: await pinVersions(workspace, wanted.ask) };
  const made =
    'target' in request.ask
      ? await exportedTarget(workspace, rank, request.ask.target, request, task)
      : exportedOffers(await planOffers(workspace, rank, request.ask.offers, request.audience, task));
  throwIfCancelled(task, 'Export');
  const customers = made.columns[0]?.values.length ?? 0;
  if (customers === 0) {
    const reasons = [`loosen the rules: ${explain(made.counts)}`, ...made.warnings];
    throw new AppError('export-empty', 'Nobody is left to export', reasons.join('. '));
  }
  const paths = sidecars(request.out);
  await writeTable(request.out, made.columns);
  await writeTable(paths.members, made.members);
  const outputs = [request.out, paths.members].map((file) => ({
    file: basename(file),
    sha256: fileSha256(file),
    rows: file === request.out ? customers : (made.members[0]?.values.length ?? 0),
  }));
  const manifest = await describe(workspace, request, made, outputs);
  writeFileSync(paths.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
  const { counts, lists, warnings, platform, offers } = made;
  return { file: request.out, ...paths, customers, counts, lists, warnings, platform, offers };
}

/**
 * Makes an export again from its manifest, into `out`, and compares it with what the manifest says.
 * @throws AppError `export-itself` when `out` is the export that the manifest describes, `export-input-changed` when a list or label file has changed or is gone,
 * `export-fit-deleted` when the fit that ranked is, `export-ranking-changed` when customers or model give other scores, `export-differs` otherwise.
 */
export async function remakeExport(
  workspace: Workspace,
  rank: RankQuestion,
  manifestFile: string,
  out: string,
  task: Task = unattended,
): Promise<ExportReport> {
  const manifest = readManifest(manifestFile);
  checkOutOfManifest(out, manifestFile);
  const absolute = fromFolder(dirname(resolve(manifestFile)));
  checkInputs(manifest, absolute);
  await checkFits(workspace, manifest);
  const pinned = pinnedAsk(manifest);
  const ask = 'offers' in pinned ? { offers: mapOfferPaths(pinned.offers, absolute) } : pinned;
  const rules = mapPaths(manifest.audience, absolute);
  // Exports of before could name rules that do not apply to offers.
  const audience = 'offers' in ask ? offerRules(rules) : rules;
  // Rankings are made in the order in which the manifest lists them.
  let next = 0;
  const rankAgain: RankQuestion = (one, then) => rank(one, then, manifest.rankings[next++]?.fit);
  const report = await exportAudience(workspace, rankAgain, { ask, audience, format: manifest.format, out }, task);
  const again = readManifest(report.manifest);
  const changed = manifest.rankings.find((ranking, i) => ranking.sha256 !== again.rankings[i]?.sha256);
  if (changed) {
    throw new AppError(
      'export-ranking-changed',
      `"${changed.instruction}" ranks the customers otherwise now`,
      'the data or the model has changed since; export anew',
    );
  }
  if (manifest.outputs.some((output, i) => output.sha256 !== again.outputs[i]?.sha256)) {
    throw new AppError(
      'export-differs',
      'The export came out different from its manifest',
      'the rules give another result in this version; export anew',
      { file: out },
    );
  }
  return report;
}

/** @throws AppError `export-itself` when the manifest that is compared with would be written over. */
function checkOutOfManifest(out: string, manifestFile: string): void {
  if (resolve(sidecars(out).manifest) === resolve(manifestFile)) {
    throw new AppError(
      'export-itself',
      'The export would be written over the one that it is compared with',
      'choose another name or folder',
      { file: out },
    );
  }
}

/** @throws AppError `export-input-changed`. */
function checkInputs(manifest: Manifest, absolute: (file: string) => string): void {
  for (const input of manifest.inputs) {
    if (hashOrNull(absolute(input.file)) !== input.sha256) {
      throw new AppError(
        'export-input-changed',
        'A file that the export was made from has changed or is gone',
        'put back the file as it was',
        { file: input.file },
      );
    }
  }
}

/** Rows that the workspace's customers are seen without. */
async function hiddenRows(workspace: Workspace): Promise<Manifest['hides']> {
  return JSON.parse((await workspace.meta('hides')) ?? '[]') as Manifest['hides'];
}

/** Names of the files beside an export. */
export function sidecars(out: string): { members: string; manifest: string } {
  return { members: `${out}.members.csv`, manifest: `${out}.manifest.json` };
}

async function exportedTarget(
  workspace: Workspace,
  rank: RankQuestion,
  target: TargetSpec,
  request: ExportRequest,
  task: Task,
): Promise<OfferExport> {
  const built = await buildAudience(workspace, await rankTarget(workspace, rank, target, task), request.audience);
  const { positions, held, counts } = built.audience;
  const treated = positions.filter((_, i) => held[i] === 0);
  const platform =
    request.format === 'google' || request.format === 'meta'
      ? platformFile(request.format, treated, built.input.profile, built.contacts, request.audience.defaultCountry)
      : null;
  return {
    sources: built.target.sources,
    counts,
    lists: built.lists,
    warnings: built.warnings,
    columns: platform?.columns ?? rankedColumns(built, treated),
    members: memberColumns(built),
    platform: platform && {
      customers: platform.customers,
      unmatchable: platform.unmatchable,
      unusable: platform.unusable,
    },
    offers: null,
  };
}

/** rank, user_id and score, as in ranked files; ranks are those among all customers. */
function rankedColumns({ target: { ranking } }: BuiltAudience, positions: Uint32Array): OutputColumn[] {
  return [
    { name: 'rank', type: 'integer', values: positions.map((at) => at + 1) },
    { name: 'user_id', type: 'text', values: Array.from(positions, (at) => ranking.userIds[at]!) },
    { name: 'score', type: 'number', values: Float64Array.from(positions, (at) => ranking.scores[at]!) },
  ];
}

/** The members file of a built audience. */
export function memberColumns(built: BuiltAudience): OutputColumn[] {
  const { positions, held } = built.audience;
  const group = Array.from(held, (one) => (one === 1 ? 'holdout' : 'treated'));
  return [...rankedColumns(built, positions), { name: 'group', type: 'text', values: group }];
}

async function describe(
  workspace: Workspace,
  request: ExportRequest,
  made: OfferExport,
  outputs: Manifest['outputs'],
): Promise<Manifest> {
  const relative = asSeenFrom(dirname(resolve(request.out)));
  const { ask, audience } = request;
  return {
    manifest: 'instructue-export',
    version: 1,
    createdAt: new Date().toISOString(),
    app: `${packageJson.name} ${packageJson.version}`,
    workspace: relative(workspace.path),
    ask: 'offers' in ask ? { offers: mapOfferPaths(ask.offers, relative) } : ask,
    rankings: await Promise.all(made.sources.map((source) => describeRanking(workspace, source))),
    hides: await hiddenRows(workspace),
    audience: mapPaths(audience, relative),
    format: request.format,
    counts: { ...made.counts },
    lists: made.lists.map(({ rule, file, entries, matched }) => ({ rule, file: relative(file), entries, matched })),
    holdout: audience.holdout ? { ...audience.holdout, method: HOLDOUT_METHOD } : null,
    platform: made.platform,
    offers: made.offers,
    inputs: inputFiles(audience, 'offers' in ask ? ask.offers : undefined).map((file) => ({
      file: relative(file),
      sha256: fileSha256(file),
    })),
    outputs,
  };
}

async function describeRanking(
  workspace: Workspace,
  { name, stored }: OfferExport['sources'][number],
): Promise<Manifest['rankings'][number]> {
  return {
    name,
    instruction: stored.instruction,
    answer: stored.answer,
    contrast: stored.contrast,
    model: stored.model,
    device: stored.device,
    tuned: stored.tuned,
    fit: await fitOfRanking(workspace, stored.id, { deleted: true }),
    customers: stored.userIds.length,
    sha256: rankingSha256(stored),
  };
}

function hashOrNull(file: string): string | null {
  try {
    return fileSha256(file);
  } catch {
    return null;
  }
}

function explain(counts: AudienceCounts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
