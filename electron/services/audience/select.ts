import { AppError } from '../errors.js';
import { countAtPercent } from '../evaluate/metrics.js';
import { capSize } from './caps.js';
import { NO_VALUE } from './fairness.js';
import { splitHoldout, type HoldoutRule } from './holdout.js';
import { consents } from './consent.js';
import { contactColumns } from './formats.js';
import { Trace, type IdList } from './id-list.js';
import { countryCode } from './identity.js';
import type { Ranking } from './ranking.js';
import { valueCurve, type CampaignValue } from './value-curve.js';

/** How many: the best n, the best percent of the ranking, all from a score up, or the most profitable number. */
export type SizeRule =
  | { by: 'all' }
  | { by: 'top'; count: number }
  | { by: 'percent'; percent: number }
  | { by: 'score'; atLeast: number }
  | ({ by: 'value' } & CampaignValue);

/** The rules of an audience, lists read. Everything is optional but the size. */
export interface AudienceRules {
  size: SizeRule;
  /** Only customers on one of these lists. */
  include?: readonly IdList[];
  exclude?: readonly IdList[];
  /** Kept apart from `exclude` in the counts: these customers must never be contacted. */
  suppress?: readonly IdList[];
  /** Only customers whose cell is one of `allowed`, as `consents` compares them. */
  consent?: { column: string; allowed: readonly string[] };
  /** Leaves out customers on at least `atMost` of the earlier exports. */
  frequency?: { earlier: readonly IdList[]; atMost: number };
  /** No value of `column` makes up more than `maxShare` (0..1) of the audience. */
  cap?: { column: string; maxShare: number };
  holdout?: HoldoutRule;
}

/** What the profile says of the ranked customers: per column, one cell per customer in ranking order. */
export type ProfileColumns = ReadonlyMap<string, readonly (string | null)[]>;

/** Contact columns of the profile, for matching lists of emails, phones and their digests. */
export interface ContactColumns {
  email?: string;
  phone?: string;
  country?: string;
}

/** Where every ranked customer went; all but `ranked` add up to it (treated + holdout = selected). */
export interface AudienceCounts {
  ranked: number;
  notIncluded: number;
  excluded: number;
  suppressed: number;
  withoutConsent: number;
  contactedTooOften: number;
  /** Eligible, but too far down for the size (or below the score). */
  beyondSize: number;
  /** Would be in the audience but for the cap of their group; others from further down may stand in. */
  overCap: number;
  selected: number;
  treated: number;
  holdout: number;
}

export interface Audience {
  /** Positions in the ranking, best first. */
  positions: Uint32Array;
  /** Parallel to `positions`: 1 held out, 0 treated. */
  held: Uint8Array;
  counts: AudienceCounts;
}

export interface SelectionInput {
  ranking: Ranking;
  profile: ProfileColumns;
  contacts?: ContactColumns;
  /** Country (ISO 3166-1 alpha-2) of customers of whom none is known. */
  defaultCountry?: string;
  /** Probability of conversion at a score; needed by size rule `value` alone. */
  probability?: (score: number) => number;
}

/** Customers whom lists, consent and frequency let through, and how many each of these left out. */
export interface Eligible {
  /** Positions in the ranking, best first. */
  positions: Uint32Array;
  counts: Pick<
    AudienceCounts,
    'ranked' | 'notIncluded' | 'excluded' | 'suppressed' | 'withoutConsent' | 'contactedTooOften'
  >;
  /** How many of all ranked customers each list of the rules fits. */
  matched: ReadonlyMap<IdList, number>;
}

/**
 * Applies the rules in their fixed order: lists, consent, frequency, size, cap, holdout. A customer is counted under
 * the first rule that leaves them out. Deterministic in the ranking and the rules.
 * @throws AppError `column-missing` for a rule on a column the profile has not, `value-without-labels`.
 */
export function selectAudience(input: SelectionInput, rules: AudienceRules): Audience {
  return takeFrom(eligibleCustomers(input, rules), input, rules);
}

/** The second half of `selectAudience`: size, cap and holdout alone, quick enough to follow a dragged cut. */
export function takeFrom(eligible: Eligible, input: SelectionInput, rules: AudienceRules): Audience {
  const wanted = wantedCount(input, rules.size, eligible.positions);
  const positions = rules.cap
    ? takeCapped(input.profile, rules, eligible.positions, wanted)
    : eligible.positions.slice(0, wanted);
  const lastWanted = wanted > 0 ? eligible.positions[wanted - 1]! : -1;
  const overCap = wanted - positions.filter((at) => at <= lastWanted).length;
  const held = rules.holdout
    ? splitHoldout(
        Array.from(positions, (at) => input.ranking.userIds[at]!),
        rules.holdout,
      )
    : new Uint8Array(positions.length);
  const holdout = held.reduce((sum, one) => sum + one, 0);
  const counts: AudienceCounts = {
    ...eligible.counts,
    beyondSize: eligible.positions.length - positions.length - overCap,
    overCap,
    selected: positions.length,
    treated: positions.length - holdout,
    holdout,
  };
  return { positions, held, counts };
}

/** Cells of a profile column. @throws AppError `column-missing`. */
export function profileColumn(profile: ProfileColumns, name: string): readonly (string | null)[] {
  const cells = profile.get(name);
  if (cells) return cells;
  const there = [...profile.keys()];
  throw new AppError(
    'column-missing',
    `The customers have no column "${name}"`,
    there.length > 0 ? `choose one of: ${there.join(', ')}` : 'import a profile with this column first',
    { column: name },
  );
}

/** The first half of `selectAudience`: include, suppress and exclude lists, consent, frequency. */
export function eligibleCustomers(input: SelectionInput, rules: AudienceRules): Eligible {
  const { ranking, profile } = input;
  const traceAt = traces(input);
  const cells = rules.consent && profileColumn(profile, rules.consent.column);
  const mayContact = consents(rules.consent?.allowed ?? []);
  const { include = [], suppress = [], exclude = [] } = rules;
  const earlier = rules.frequency?.earlier ?? [];
  const matched = new Map([...include, ...suppress, ...exclude, ...earlier].map((list) => [list, 0]));
  const counts: Eligible['counts'] = {
    ranked: ranking.userIds.length,
    notIncluded: 0,
    excluded: 0,
    suppressed: 0,
    withoutConsent: 0,
    contactedTooOften: 0,
  };
  const positions: number[] = [];
  for (let at = 0; at < ranking.userIds.length; at++) {
    const trace = traceAt(at);
    const on = new Set([...matched.keys()].filter((list) => list.has(trace)));
    for (const list of on) matched.set(list, matched.get(list)! + 1);
    const isOnOne = (lists: readonly IdList[]) => lists.some((list) => on.has(list));
    if (include.length > 0 && !isOnOne(include)) counts.notIncluded++;
    else if (isOnOne(suppress)) counts.suppressed++;
    else if (isOnOne(exclude)) counts.excluded++;
    else if (cells && !mayContact(cells[at] ?? '')) counts.withoutConsent++;
    else if (rules.frequency && earlier.filter((list) => on.has(list)).length >= rules.frequency.atMost)
      counts.contactedTooOften++;
    else positions.push(at);
  }
  return { positions: Uint32Array.from(positions), counts, matched };
}

/** Columns of emails and phones by which lists may name a customer: those chosen, and all others with a usual name. */
export function identifyingColumns({ profile, contacts = {} }: SelectionInput): string[] {
  const chosen = [contacts.email, contacts.phone].filter((name) => name !== undefined);
  return [...new Set([...chosen, ...contactColumns([...profile.keys()])])];
}

function traces(input: SelectionInput): (at: number) => Trace {
  const { ranking, profile, contacts, defaultCountry } = input;
  const columns = identifyingColumns(input).map((name) => profileColumn(profile, name));
  const countries = contacts?.country === undefined ? undefined : profileColumn(profile, contacts.country);
  return (at) =>
    new Trace({
      userId: ranking.userIds[at]!,
      contacts: columns.map((cells) => cells[at]),
      country: countryCode(countries?.[at] ?? '') ?? defaultCountry,
    });
}

function wantedCount(input: SelectionInput, size: SizeRule, eligible: Uint32Array): number {
  const { ranking } = input;
  switch (size.by) {
    case 'all':
      return eligible.length;
    case 'top':
      return Math.min(size.count, eligible.length);
    case 'percent':
      return Math.min(countAtPercent(ranking.userIds.length, size.percent), eligible.length);
    case 'score': {
      const below = eligible.findIndex((at) => ranking.scores[at]! < size.atLeast);
      return below === -1 ? eligible.length : below;
    }
    case 'value':
      return valueCurve(probabilitiesAt(input, eligible), size).optimum.count;
  }
}

/** Probability of conversion at each of these positions. @throws AppError `value-without-labels`. */
export function probabilitiesAt({ ranking, probability }: SelectionInput, positions: Uint32Array): Float64Array {
  if (!probability) {
    throw new AppError(
      'value-without-labels',
      'The most profitable size needs to know how often customers convert',
      'give a label file of an earlier campaign, or choose another size rule',
    );
  }
  return Float64Array.from(positions, (at) => probability(ranking.scores[at]!));
}

function takeCapped(profile: ProfileColumns, rules: AudienceRules, eligible: Uint32Array, wanted: number): Uint32Array {
  const { column, maxShare } = rules.cap!;
  const cells = profileColumn(profile, column);
  // A score threshold or an optimum says who is good enough at most; a number is filled up from further down.
  const pool = rules.size.by === 'top' || rules.size.by === 'percent' ? eligible : eligible.subarray(0, wanted);
  const sizes = new Map<string, number>();
  for (const at of pool) sizes.set(cells[at] ?? NO_VALUE, (sizes.get(cells[at] ?? NO_VALUE) ?? 0) + 1);
  const { total, perGroup } = capSize(sizes.values(), wanted, maxShare);
  const [taken, perValue]: [number[], Map<string, number>] = [[], new Map()];
  for (const at of pool) {
    if (taken.length === total) break;
    const value = cells[at] ?? NO_VALUE;
    const already = perValue.get(value) ?? 0;
    if (already >= perGroup) continue;
    taken.push(at);
    perValue.set(value, already + 1);
  }
  return Uint32Array.from(taken);
}
