import { Calibration } from '../evaluate/calibrate.js';
import { readLabels } from '../evaluate/evaluate.js';
import { withoutExamples, type LabelSet } from '../evaluate/labels.js';
import { examplesOf, importedLabels } from '../evaluate/workspace-labels.js';
import { AppError } from '../errors.js';
import { idsIn } from '../import/known-ids.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { selectionRates, type Fairness } from './fairness.js';
import { findContacts } from './formats.js';
import { consentWarning } from './consent.js';
import type { IdList } from './id-list.js';
import { readIdList, type ReadListOptions } from './list-file.js';
import { listReports, type ListReport, type RuleLists } from './list-report.js';
import { combineRankings, type Ranking } from './ranking.js';
import {
  eligibleCustomers,
  probabilitiesAt,
  profileColumn,
  takeFrom,
  type Audience,
  type AudienceRules,
  type Eligible,
  type SelectionInput,
  type SizeRule,
} from './select.js';
import type { AskSpec, AudienceSpec, ContactSpec, LabelsSpec, ListSpec, TargetSpec } from './spec.js';
import { valueCurve, type CampaignValue, type ValueCurve, type ValuePoint } from './value-curve.js';
import { loadProfile, loadRanking, type StoredRanking } from './workspace-data.js';

/**
 * Ranks all customers by a question or a tuned one and gives the id of the stored ranking; the rank service, or a fake of it.
 * @param fit the fit to rank by, in place of the ranker's own; a tuned one has its own all the same
 */
export type RankQuestion = (ask: AskSpec, task: Task, fit?: number | 'none') => Promise<number>;

/** The ranking an audience is taken from, and the stored rankings that went into it. */
export interface TargetRanking {
  ranking: Ranking;
  sources: { name: string; stored: StoredRanking }[];
}

/** All that the rules need, read once: lists, profile and labels. Sizes can be tried on it without reading again. */
export interface PreparedAudience {
  target: TargetRanking;
  input: SelectionInput;
  rules: AudienceRules;
  eligible: Eligible;
  contacts: ContactSpec;
  calibration?: Calibration;
  /** What came of every list that the rules name, in the order of the rules. */
  lists: ListReport[];
  /** What a person should know before they rely on the audience. */
  warnings: string[];
}

/** An audience, and what it was made of. */
export interface BuiltAudience extends PreparedAudience {
  audience: Audience;
  fairness: Fairness[];
  /** Expected profit over the eligible customers, for size `value`. */
  value?: ValueCurve;
}

/** Ranks by one instruction, or by each of several and joins them. */
export async function rankTarget(
  workspace: Workspace,
  rank: RankQuestion,
  target: TargetSpec,
  task: Task = unattended,
): Promise<TargetRanking> {
  if (!('instructions' in target)) {
    const stored = await loadRanking(workspace, await rank(target, task));
    return { ranking: stored, sources: [{ name: 'instruction', stored }] };
  }
  const sources: TargetRanking['sources'] = [];
  for (const [name, question] of Object.entries(target.instructions)) {
    sources.push({ name, stored: await loadRanking(workspace, await rank(question, task)) });
  }
  const byName = new Map(sources.map(({ name, stored }) => [name, stored]));
  return { ranking: combineRankings(byName, target.combine), sources };
}

/**
 * Reads the lists, profile and labels that the rules name and finds who is eligible.
 * @param spec with paths that exist as they are
 * @throws AppError for a missing file or column.
 */
export async function prepareAudience(
  workspace: Workspace,
  target: TargetRanking,
  spec: AudienceSpec,
): Promise<PreparedAudience> {
  const { ranking } = target;
  const profile = await loadProfile(workspace, ranking.userIds, spec.customers);
  const contacts = findContacts(profile, spec.contacts);
  const calibration = spec.labels && (await fitCalibration(workspace, target, spec.labels));
  const input: SelectionInput = {
    ranking,
    profile,
    contacts,
    defaultCountry: spec.defaultCountry,
    probability: calibration && ((score) => calibration.at(score)),
  };
  const read = await readLists(workspace, spec);
  const rules = rulesOf(spec, read);
  const eligible = eligibleCustomers(input, rules);
  const lists = listReports(read, eligible.matched, input);
  const consent = spec.consent && consentWarning(spec.consent, profileColumn(profile, spec.consent.column));
  const warnings = [...lists.map(({ warning }) => warning), consent].filter((text) => typeof text === 'string');
  return { target, input, rules, contacts, calibration, eligible, lists, warnings };
}

/**
 * Takes the audience from what was prepared; `size` may differ from the rules' (a cut being dragged).
 * @param fairness columns for which selection rates are wanted
 * @throws AppError `column-missing`, `value-without-labels`.
 */
export function sizeAudience(
  prepared: PreparedAudience,
  fairness: readonly string[] = [],
  size: SizeRule = prepared.rules.size,
): BuiltAudience {
  const { input, eligible, calibration } = prepared;
  const rules = { ...prepared.rules, size };
  const audience = takeFrom(eligible, input, rules);
  const selected = new Uint8Array(input.ranking.userIds.length);
  for (const at of audience.positions) selected[at] = 1;
  return {
    ...prepared,
    rules,
    audience,
    fairness: fairness.map((name) => selectionRates(name, profileColumn(input.profile, name), selected)),
    value: calibration && size.by === 'value' ? profitCurve(prepared, size) : undefined,
  };
}

/** Expected profit of every cut through the eligible customers. @throws AppError `value-without-labels`, `value-negative`. */
export function profitCurve({ input, eligible }: PreparedAudience, value: CampaignValue): ValueCurve {
  return valueCurve(probabilitiesAt(input, eligible.positions), value);
}

/** What contacting the treated customers of an audience is expected to bring; the holdout costs and brings nothing. */
export function expectedValue({ input, audience }: BuiltAudience, value: CampaignValue): ValuePoint {
  const treated = audience.positions.filter((_, i) => audience.held[i] === 0);
  const conversions = probabilitiesAt(input, treated).reduce((sum, one) => sum + one, 0);
  const cost = treated.length * value.costPerContact;
  return { count: treated.length, conversions, cost, profit: conversions * value.valuePerConversion - cost };
}

/** Prepares and sizes in one go. */
export async function buildAudience(
  workspace: Workspace,
  target: TargetRanking,
  spec: AudienceSpec,
): Promise<BuiltAudience> {
  return sizeAudience(await prepareAudience(workspace, target, spec), spec.fairness);
}

/** Outcomes that a ranking's scores are calibrated on. @throws AppError as reading labels does. */
export async function calibrationLabels(workspace: Workspace, labels: LabelsSpec): Promise<LabelSet> {
  return 'imported' in labels
    ? importedLabels(workspace, labels.imported)
    : readLabels(labels.file, labels.column, {
        wanted: labels.id,
        positive: labels.positive,
        known: idsIn(workspace),
        option: '"id" in the rules',
      });
}

/**
 * Calibrates a ranking's scores on the labelled customers among it, but those that a tuned one of its sources learned from:
 * of them it knows more than it will know of others.
 * @throws AppError `labels-unmatched` when no ranked customer has a label, `labels-examples`, and what reading them throws.
 */
export async function fitCalibration(
  workspace: Workspace,
  { ranking, sources }: TargetRanking,
  labels: LabelsSpec,
): Promise<Calibration> {
  const rankingIds = sources.map(({ stored }) => stored.id);
  const all = await calibrationLabels(workspace, labels);
  const { values } = withoutExamples(all, await examplesOf(workspace, rankingIds));
  const known = ranking.userIds.flatMap((id, at) => (values.has(id) ? [at] : []));
  if (known.length === 0) {
    throw new AppError(
      'labels-unmatched',
      'No ranked customer has a known outcome',
      'compare how ids are written there and in the workspace',
      'file' in labels ? { file: labels.file, column: labels.column } : {},
    );
  }
  return Calibration.fit(
    Float64Array.from(known, (at) => ranking.scores[at]!),
    Uint8Array.from(known, (at) => values.get(ranking.userIds[at]!)!),
  );
}

function rulesOf(spec: AudienceSpec, read: RuleLists): AudienceRules {
  const lists = (name: keyof RuleLists): IdList[] => read[name].map(({ list }) => list);
  return {
    size: spec.size,
    include: lists('include'),
    exclude: lists('exclude'),
    suppress: lists('suppress'),
    consent: spec.consent,
    frequency: spec.frequency && { earlier: lists('earlier'), atMost: spec.frequency.atMost },
    cap: spec.cap,
    holdout: spec.holdout,
  };
}

async function readLists(workspace: Workspace, spec: AudienceSpec): Promise<RuleLists> {
  const options = { country: spec.defaultCountry, known: idsIn(workspace) };
  return {
    include: await readAll(spec.include, { ...options, exact: true }),
    suppress: await readAll(spec.suppress, options),
    exclude: await readAll(spec.exclude, options),
    earlier: await readAll(spec.frequency?.earlier ?? [], options),
  };
}

async function readAll(lists: readonly ListSpec[], options: ReadListOptions): Promise<RuleLists['include']> {
  const read: RuleLists['include'] = [];
  for (const entry of lists) {
    const { file, column } = typeof entry === 'string' ? { file: entry, column: undefined } : entry;
    read.push(await readIdList(file, { ...options, column }));
  }
  return read;
}
