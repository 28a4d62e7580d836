import { setImmediate } from 'node:timers/promises';
import { eventsOf, type EventBlock } from '../index/event-block.js';
import { learnLookAlike, likeness, ownedBy, withoutMeant, type LookAlikeBase, type Unmeant } from './look-alike.js';

/** Customers who are asked about by what the other half of them says, seen without what is meant. */
export interface HeldBack {
  events: EventBlock;
  /** How surely each is an owner. */
  owned: number[];
  evidence: Float32Array;
  /** Likeness to the owners of the other half, in deviations. */
  alike: Float64Array;
}

/**
 * Either half of the customers, asked about by what the other one says.
 * @param evidenceOf evidence of the customers of the second block, as the first one's make it
 * @returns none where too few owners are left to judge anything by
 */
export async function holdBack(
  base: LookAlikeBase,
  excluded: readonly Float64Array[],
  evidenceOf: (learned: EventBlock, asked: EventBlock) => Promise<Float32Array>,
): Promise<HeldBack[]> {
  const even = halfOf(base, 0);
  await setImmediate();
  const odd = halfOf(base, 1);
  const result: HeldBack[] = [];
  // Either half is learned from once, and asked about once.
  for (const [learning, asked] of [
    [odd, even],
    [even, odd],
  ] as const) {
    const lookAlike = await learnLookAlike(learning.base, excluded, learning.unmeant);
    if (!lookAlike) continue;
    const { others, seen } = asked.unmeant;
    const owns = ownedBy(asked.base.events, base.degree, excluded);
    const owned = seen.map((customer) => owns[customer]!);
    await setImmediate();
    const evidence = await evidenceOf(learning.base.events, others);
    await setImmediate();
    result.push({ events: others, owned, evidence, alike: likeness(lookAlike, others) });
  }
  return result.some(({ owned }) => owned.some((much) => much > 0)) ? result : [];
}

/** Every other customer of the base, from the first or the second on. */
function halfOf(base: LookAlikeBase, first: 0 | 1): { base: LookAlikeBase; unmeant: Unmeant } {
  const chosen = Array.from({ length: Math.ceil((base.events.customers - first) / 2) }, (_, at) => first + 2 * at);
  const half = { ...base, events: eventsOf(base.events, chosen) };
  return { base: half, unmeant: withoutMeant(half) };
}

/** What owners held back say of several ways to score. */
export interface OwnersVerdict {
  /** AUC of each way: owners against those who own nothing, of the same half. */
  auc: number[];
  /** Standard error, over the owners, of how much better one way is than another. */
  error: (better: number, worse: number) => number;
}

/** @param halves how surely the customers of each are owners, and their scores by every way */
export function verdictOf(
  halves: readonly { owned: readonly number[]; scores: readonly ArrayLike<number>[] }[],
): OwnersVerdict {
  const owned = halves.flatMap((half) => half.owned);
  const place = halves.flatMap(({ owned: own, scores }) => {
    const places = scores.map((some) => placesOf(some, own));
    return own.map((_, at) => places.map((one) => one[at]!));
  });
  const owners = owned.reduce((sum, much) => sum + much, 0);
  const mean = (of: (row: readonly number[]) => number): number =>
    owned.reduce((sum, much, at) => sum + much * of(place[at]!), 0) / owners;
  const auc = Array.from({ length: halves[0]?.scores.length ?? 0 }, (_, way) => mean((row) => row[way]!));
  // Each owner weighs as much as it surely is one (Kish's effective number of them).
  const number = owners ** 2 / owned.reduce((sum, much) => sum + much ** 2, 0);
  const error = (better: number, worse: number): number => {
    const gained = auc[better]! - auc[worse]!;
    return Math.sqrt(mean((row) => (row[better]! - row[worse]! - gained) ** 2) / number);
  };
  return { auc, error };
}

/** Share of those who own nothing that comes after each customer; those who own a part count as a part. */
function placesOf(scores: ArrayLike<number>, owned: readonly number[]): Float64Array {
  const order = [...owned.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const total = owned.reduce((sum, much) => sum + 1 - much, 0);
  const result = new Float64Array(owned.length);
  let before = 0;
  for (const customer of order) {
    const rest = 1 - owned[customer]!;
    result[customer] = (before + rest / 2) / total;
    before += rest;
  }
  return result;
}
