import { Calibration } from '../evaluate/calibrate.js';
import { readLabels } from '../evaluate/evaluate.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { selectionRates, type Fairness } from './fairness.js';
import { findContacts } from './formats.js';
import { readIdList, type IdList } from './id-list.js';
import { combineRankings, type Ranking } from './ranking.js';
import { profileColumn, selectAudience, type Audience, type AudienceRules, type SelectionInput } from './select.js';
import type { AudienceSpec, ContactSpec, ListSpec, QuestionSpec, TargetSpec } from './spec.js';
import { valueCurve, type ValueCurve } from './value-curve.js';
import { loadProfile, loadRanking, type StoredRanking } from './workspace-data.js';

/** Ranks all customers by a question and gives the id of the stored ranking; the rank service, or a fake of it. */
export type RankQuestion = (question: QuestionSpec, task: Task) => Promise<number>;

/** The ranking an audience is taken from, and the stored rankings that went into it. */
export interface TargetRanking {
  ranking: Ranking;
  sources: { name: string; stored: StoredRanking }[];
}

/** An audience with everything that was read for it. */
export interface BuiltAudience {
  target: TargetRanking;
  audience: Audience;
  profile: ReadonlyMap<string, readonly (string | null)[]>;
  contacts: ContactSpec;
  fairness: Fairness[];
  /** Expected profit over the eligible customers, when labels of an earlier campaign were given. */
  value?: ValueCurve;
}

/** Ranks by one instruction, or by each of several and joins them. */
export async function rankTarget(
  workspace: Workspace,
  rank: RankQuestion,
  target: TargetSpec,
  task: Task = unattended,
): Promise<TargetRanking> {
  if ('instruction' in target) {
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
 * Reads the lists, profile and labels that the rules name and applies the rules.
 * @param spec with paths that exist as they are (see `resolvePaths`)
 * @throws AppError for a missing file or column, or rules that cannot be followed.
 */
export async function buildAudience(
  workspace: Workspace,
  target: TargetRanking,
  spec: AudienceSpec,
): Promise<BuiltAudience> {
  const { ranking } = target;
  const profile = await loadProfile(workspace, ranking.userIds, spec.customers);
  const contacts = findContacts(profile, spec.contacts);
  const calibration = spec.labels && (await fitCalibration(ranking, spec.labels));
  const input: SelectionInput = {
    ranking,
    profile,
    contacts,
    probability: calibration && ((score) => calibration.at(score)),
  };
  const rules = await readRules(spec);
  const audience = selectAudience(input, rules);
  const selected = new Uint8Array(ranking.userIds.length);
  for (const at of audience.positions) selected[at] = 1;
  return {
    target,
    audience,
    profile,
    contacts,
    fairness: spec.fairness.map((name) => selectionRates(name, profileColumn(profile, name), selected)),
    value: calibration && expectedValue(input, rules, spec, calibration),
  };
}

/** Calibrates a ranking's scores on the labelled customers among it. */
export async function fitCalibration(
  ranking: Ranking,
  labels: NonNullable<AudienceSpec['labels']>,
): Promise<Calibration> {
  const { values } = await readLabels(labels.file, labels.column, labels.id);
  const known = ranking.userIds.flatMap((id, at) => (values.has(id) ? [at] : []));
  return Calibration.fit(
    Float64Array.from(known, (at) => ranking.scores[at]!),
    Uint8Array.from(known, (at) => values.get(ranking.userIds[at]!)!),
  );
}

async function readRules(spec: AudienceSpec): Promise<AudienceRules> {
  return {
    size: spec.size,
    include: await readLists(spec.include),
    exclude: await readLists(spec.exclude),
    suppress: await readLists(spec.suppress),
    consent: spec.consent,
    frequency: spec.frequency && { earlier: await readLists(spec.frequency.earlier), atMost: spec.frequency.atMost },
    cap: spec.cap,
    holdout: spec.holdout,
  };
}

async function readLists(lists: readonly ListSpec[]): Promise<IdList[]> {
  const read: IdList[] = [];
  for (const entry of lists) {
    const { file, column } = typeof entry === 'string' ? { file: entry, column: undefined } : entry;
    read.push((await readIdList(file, column)).list);
  }
  return read;
}

function expectedValue(
  input: SelectionInput,
  rules: AudienceRules,
  spec: AudienceSpec,
  calibration: Calibration,
): ValueCurve | undefined {
  if (spec.size.by !== 'value') return undefined;
  const everybody = selectAudience(input, { ...rules, size: { by: 'all' }, cap: undefined, holdout: undefined });
  const probabilities = Float64Array.from(everybody.positions, (at) => calibration.at(input.ranking.scores[at]!));
  return valueCurve(probabilities, spec.size);
}
