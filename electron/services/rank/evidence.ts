import type { EventBlock } from '../index/event-block.js';
import type { StringFacts } from '../index/string-store.js';

/**
 * The evidence features of a customer, in the order of the evidence graph's columns.
 * Source: models/training/evidence.py features, to which this port agrees to 1e-4.
 */
export const FEATURES = [
  'activity', 'variety', 'mean', 'max', 'top3', 'soft', 'attended', 'over', 'value', 'recency',
  'lift_sum', 'lift_mean', 'lift_items', 'lift_profile', 'level', 'recent',
  'named_any', 'named_all', 'against_max', 'against_top3', 'named_not',
] as const; // prettier-ignore

/** Features of an instruction, before the probabilities of its direction. */
export const CONTEXT = ['best', 'best5', 'share', 'strings', 'has_against'] as const;

const ITEM = 0;
const PROFILE = 5;
const SHARPNESS = 2;
const OVER = 1.5;
/** Similarity of a customer without events, far below everybody's. */
const NOTHING = -3;
const CLIP = 4;

/** What an instruction makes of every string; all arrays are [strings]. */
export interface StringScores {
  facts: StringFacts;
  /** Standardised similarity to the wanted phrases. */
  similarity: Float64Array;
  /** exp(2 × similarity). */
  attention: Float64Array;
  lift: Float64Array;
  /** Similarity to the unwanted phrases, where there are any. */
  opposed: Float64Array | undefined;
  /** How surely each wanted phrase names each string; undefined where it names none. */
  named: (Float64Array | undefined)[];
  /** The same for the unwanted phrases. */
  namedNot: (Float64Array | undefined)[];
}

/** exp(2 × similarity) of every string. */
export function attentionOf(similarity: Float64Array): Float64Array {
  return similarity.map((value) => Math.exp(SHARPNESS * value));
}

/** Writes the raw features of the block's customers into `out`, [customers, FEATURES.length], one pass over the events. */
export function rawFeatures(block: EventBlock, scores: StringScores, out: Float64Array): void {
  for (let customer = 0; customer < block.customers; customer++) {
    const at = customer * FEATURES.length;
    addSimilarity(block, customer, scores, out, at);
    addLift(block, customer, scores, out, at);
    addNamed(block, customer, scores, out, at);
    addAgainst(block, customer, scores, out, at);
  }
}

/** Features 0..9, 14 and 15: activity, similarity, and how much and how recent what is similar was. */
function addSimilarity(block: EventBlock, customer: number, scores: StringScores, out: Float64Array, at: number): void {
  const { string, n, value, recency } = block;
  const { similarity, attention, facts } = scores;
  const [from, to] = [block.start[customer]!, block.start[customer + 1]!];
  const some = Math.max(to - from, 1);
  let items = 0,
    sum = 0,
    soft = 0,
    attended = 0,
    over = 0;
  let first = -Infinity,
    second = -Infinity,
    third = -Infinity;
  let attendedValue = 0,
    valueWeight = 0,
    values = 0,
    valued = 0;
  let attendedRecency = 0,
    recencyWeight = 0,
    recencies = 0,
    dated = 0;
  for (let event = from; event < to; event++) {
    const s = string[event]!;
    const near = similarity[s]!;
    const weight = attention[s]!;
    if (facts.kind[s] === ITEM) items += n[event]!;
    sum += near;
    soft += weight;
    attended += weight * near;
    if (near > OVER) over += near - OVER;
    if (near > first) { third = second; second = first; first = near; }
    else if (near > second) { third = second; second = near; }
    else if (near > third) third = near;
    const v = value[event]!;
    // NaN is the only number that differs from itself.
    if (v === v) { attendedValue += weight * (v - 0.5); valueWeight += weight; values += v - 0.5; valued++; }
    const r = recency[event]!;
    if (r === r) { attendedRecency += weight * (r - 0.5); recencyWeight += weight; recencies += r - 0.5; dated++; }
  } // prettier-ignore
  out[at] = Math.log1p(items);
  out[at + 1] = Math.log1p(to - from);
  out[at + 2] = sum / some;
  out[at + 3] = Math.max(NOTHING, first);
  out[at + 4] = meanOfBest(to - from, first, second, third);
  out[at + 5] = Math.log1p(soft);
  out[at + 6] = attended / Math.max(soft, 1e-9);
  out[at + 7] = Math.log1p(over);
  out[at + 8] = attendedValue / Math.max(valueWeight, 1e-9);
  out[at + 9] = attendedRecency / Math.max(recencyWeight, 1e-9);
  out[at + 14] = values / Math.max(valued, 1);
  out[at + 15] = recencies / Math.max(dated, 1);
}

/** Features 10..13: what the customer has that owners of the nearest strings have. */
function addLift(
  block: EventBlock,
  customer: number,
  { lift, facts }: StringScores,
  out: Float64Array,
  at: number,
): void {
  const [from, to] = [block.start[customer]!, block.start[customer + 1]!];
  let sum = 0;
  let items = 0;
  let profile = 0;
  for (let event = from; event < to; event++) {
    const s = block.string[event]!;
    sum += lift[s]!;
    if (facts.kind[s] === ITEM) items += lift[s]!;
    if (facts.source[s] === PROFILE) profile += lift[s]!;
  }
  out[at + 10] = sum;
  out[at + 11] = sum / Math.max(to - from, 1);
  out[at + 12] = items;
  out[at + 13] = profile;
}

/** Features 16 and 17: whether the customer has any, or all, of what the phrases name outright. */
function addNamed(block: EventBlock, customer: number, { named }: StringScores, out: Float64Array, at: number): void {
  let most = 0;
  let all = Infinity;
  for (const degree of named) {
    const best = degree ? largestDegree(block, customer, degree) : 0;
    most = Math.max(most, best);
    all = Math.min(all, best);
  }
  out[at + 16] = most;
  out[at + 17] = named.length > 0 ? all : 0;
}

/** Features 18..20: the same for what the customer should not have. */
function addAgainst(
  block: EventBlock,
  customer: number,
  { opposed, namedNot }: StringScores,
  out: Float64Array,
  at: number,
): void {
  if (!opposed) {
    out.fill(0, at + 18, at + 21);
    return;
  }
  const [from, to] = [block.start[customer]!, block.start[customer + 1]!];
  let first = -Infinity;
  let second = -Infinity;
  let third = -Infinity;
  for (let event = from; event < to; event++) {
    const near = opposed[block.string[event]!]!;
    if (near > first) [first, second, third] = [near, first, second];
    else if (near > second) [second, third] = [near, second];
    else if (near > third) third = near;
  }
  out[at + 18] = Math.max(NOTHING, first);
  out[at + 19] = meanOfBest(to - from, first, second, third);
  out[at + 20] = namedNot.reduce(
    (best, degree) => (degree ? Math.max(best, largestDegree(block, customer, degree)) : best),
    0,
  );
}

function largestDegree(block: EventBlock, customer: number, degree: Float64Array): number {
  let best = 0;
  for (let event = block.start[customer]!, to = block.start[customer + 1]!; event < to; event++) {
    const value = degree[block.string[event]!]!;
    if (value > best) best = value;
  }
  return best;
}

function meanOfBest(events: number, first: number, second: number, third: number): number {
  if (events === 0) return NOTHING;
  if (events === 1) return first;
  return events === 2 ? (first + second) / 2 : (first + second + third) / 3;
}

/** Mean and standard deviation of every feature. */
export interface FeatureScale {
  mean: Float64Array;
  deviation: Float64Array;
}

/** Scale of the raw features [customers, F]. */
export function featureScale(raw: Float64Array, customers: number): FeatureScale {
  const count = FEATURES.length;
  const mean = new Float64Array(count);
  const deviation = new Float64Array(count);
  for (let i = 0; i < customers * count; i++) mean[i % count]! += raw[i]! / customers;
  for (let i = 0; i < customers * count; i++) deviation[i % count]! += (raw[i]! - mean[i % count]!) ** 2 / customers;
  return { mean, deviation: deviation.map(Math.sqrt) };
}

/** Standardises raw features and clips them to ±4; a feature that is the same for all becomes 0. [customers, F]. */
export function standardise(raw: Float64Array, customers: number, { mean, deviation }: FeatureScale): Float32Array {
  const count = FEATURES.length;
  const result = new Float32Array(customers * count);
  for (let i = 0; i < result.length; i++) {
    const feature = i % count;
    const spread = deviation[feature]!;
    if (spread > 1e-6) result[i] = Math.max(-CLIP, Math.min(CLIP, (raw[i]! - mean[feature]!) / spread));
  }
  return result;
}
