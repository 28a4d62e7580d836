import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { buildAudience, fitCalibration, type RankQuestion, type TargetRanking } from './build.js';
import { offerRules } from './check-job.js';
import { expectedProbability } from './expected-rate.js';
import type { PlatformFile } from './formats.js';
import type { ListReport } from './list-report.js';
import { splitHoldout } from './holdout.js';
import { assignOffers, type Offer, type OfferPlan } from './offers.js';
import { rankCustomers, type Ranking } from './ranking.js';
import type { AudienceCounts } from './select.js';
import { askOf, type AudienceSpec, type OffersSpec } from './spec.js';
import { loadRanking } from './workspace-data.js';
import type { OutputColumn } from './write-table.js';

/** What an export writes and says of itself. */
export interface OfferExport {
  sources: TargetRanking['sources'];
  counts: AudienceCounts;
  lists: ListReport[];
  warnings: string[];
  columns: OutputColumn[];
  members: OutputColumn[];
  platform: Omit<PlatformFile, 'columns'> | null;
  /** How offers were compared and how many customers got each; null for one ranking. */
  offers: Pick<OfferPlan, 'comparison' | 'reason' | 'perOffer'> | null;
}

/** A plan of offers for the customers that the rules let through; `held` runs parallel to its assignments. */
export interface PlannedOffers {
  plan: OfferPlan;
  held: Uint8Array;
  counts: AudienceCounts;
  /** What came of the lists of the rules, and what to know before relying on the plan. */
  lists: ListReport[];
  warnings: string[];
  sources: TargetRanking['sources'];
}

/**
 * Ranks every offer's instruction and assigns offers to the customers that lists, consent and frequency let through.
 * The rules' size and cap are for one ranking and do not apply; capacities and the contact limit do.
 */
export async function planOffers(
  workspace: Workspace,
  rank: RankQuestion,
  spec: OffersSpec,
  audience: AudienceSpec,
  task: Task = unattended,
): Promise<PlannedOffers> {
  const sources: PlannedOffers['sources'] = [];
  for (const offer of spec.offers) {
    sources.push({ name: offer.name, stored: await loadRanking(workspace, await rank(askOf(offer), task)) });
  }
  const target: TargetRanking = { ranking: sources[0]!.stored, sources };
  const built = await buildAudience(workspace, target, { ...offerRules(audience), holdout: undefined });
  const eligible = new Set(Array.from(built.audience.positions, (at) => target.ranking.userIds[at]!));
  const offers: Offer[] = [];
  for (const [i, offer] of spec.offers.entries()) {
    const probability = await probabilityOf(workspace, offer, sources[i]!);
    const { name, capacity } = offer;
    offers.push({ name, capacity, probability, ranking: onlyThese(sources[i]!.stored, eligible) });
  }
  const plan = assignOffers(offers, spec);
  const ids = plan.assignments.map((assignment) => assignment.userId);
  const held = audience.holdout ? splitHoldout(ids, audience.holdout) : new Uint8Array(ids.length);
  const holdout = held.reduce((sum, one) => sum + one, 0);
  const counts = {
    ...built.audience.counts,
    selected: ids.length,
    beyondSize: plan.unassigned,
    holdout,
    treated: ids.length - holdout,
  };
  return { plan, held, counts, lists: built.lists, warnings: built.warnings, sources };
}

/** What an offer's scores stand for among all ranked customers, where anything is known of it. */
async function probabilityOf(
  workspace: Workspace,
  { labels, rate }: OffersSpec['offers'][number],
  source: TargetRanking['sources'][number],
): Promise<Offer['probability']> {
  const { stored } = source;
  if (labels) {
    const calibration = await fitCalibration(workspace, { ranking: stored, sources: [source] }, labels);
    return { at: (score) => calibration.at(score), from: 'labels' };
  }
  return rate === undefined ? undefined : { ...expectedProbability(stored, rate), from: 'rate' };
}

/** Columns of an offer export: user_id, offer, score, runner_up, runner_up_score. */
export function exportedOffers({ plan, held, counts, lists, warnings, sources }: PlannedOffers): OfferExport {
  const rows = plan.assignments.map((assignment, i) => ({ ...assignment, rank: i + 1, held: held[i] === 1 }));
  const columnsOf = (chosen: typeof rows): OutputColumn[] => [
    { name: 'rank', type: 'integer', values: chosen.map((row) => row.rank) },
    { name: 'user_id', type: 'text', values: chosen.map((row) => row.userId) },
    { name: 'offer', type: 'text', values: chosen.map((row) => row.offer) },
    { name: 'score', type: 'number', values: chosen.map((row) => row.score) },
    { name: 'runner_up', type: 'text', values: chosen.map((row) => row.runnerUp) },
    { name: 'runner_up_score', type: 'number', values: chosen.map((row) => row.runnerUpScore) },
  ];
  const group: OutputColumn = {
    name: 'group',
    type: 'text',
    values: rows.map((row) => (row.held ? 'holdout' : 'treated')),
  };
  return {
    sources,
    counts,
    lists,
    warnings,
    columns: columnsOf(rows.filter((row) => !row.held)),
    members: [...columnsOf(rows), group],
    platform: null,
    offers: { comparison: plan.comparison, reason: plan.reason, perOffer: plan.perOffer },
  };
}

function onlyThese(ranking: Ranking, ids: ReadonlySet<string>): Ranking {
  const kept = ranking.userIds.flatMap((id, at) => (ids.has(id) ? [at] : []));
  return rankCustomers(
    kept.map((at) => ranking.userIds[at]!),
    kept.map((at) => ranking.scores[at]!),
  );
}
