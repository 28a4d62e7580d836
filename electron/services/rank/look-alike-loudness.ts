import { setImmediate } from 'node:timers/promises';
import { eventsOf, type EventBlock } from '../index/event-block.js';
import { learnLookAlike, likeness, ownedBy, withoutMeant, type LookAlikeBase, type Unmeant } from './look-alike.js';

/** Deviations of the evidence that a deviation of likeness may be worth, and the one to start from. */
const LOUDNESS = [0, 0.25, 0.5, 1, 2, 3, 6, 12] as const;
const USUAL = LOUDNESS.indexOf(3);

/** What customers of whom nothing is learned say: one row per customer. */
interface HeldBack {
  /** How surely each is an owner. */
  owned: number[];
  /** Share of those who are none that comes after the customer, at every loudness. */
  place: number[][];
}

/**
 * How loud likeness is worth being beside the evidence, judged by owners held back who are seen without what is meant: of
 * the loudnesses within a standard error of the best AUC the one nearest to the usual.
 * @param evidenceOf evidence of the customers of the second block, as the first one's make it
 * @param deviation of the evidence
 * @returns undefined where too few owners are left to judge
 */
export async function judgedLoudness(
  base: LookAlikeBase,
  excluded: readonly Float64Array[],
  evidenceOf: (learned: EventBlock, asked: EventBlock) => Promise<Float32Array>,
  deviation: number,
): Promise<number | undefined> {
  const even = halfOf(base, 0);
  await setImmediate();
  const odd = halfOf(base, 1);
  const heldBack: HeldBack = { owned: [], place: [] };
  // Either half is learned from once, and asked about once.
  for (const [learning, asked] of [
    [odd, even],
    [even, odd],
  ] as const) {
    // prettier-ignore
    const lookAlike = await learnLookAlike(learning.base, excluded, learning.unmeant);
    if (!lookAlike) continue;
    const { others, seen } = asked.unmeant;
    const owns = ownedBy(asked.base.events, base.degree, excluded);
    const owned = seen.map((customer) => owns[customer]!);
    await setImmediate();
    const evidence = await evidenceOf(learning.base.events, others);
    await setImmediate();
    const alike = likeness(lookAlike, others);
    const places = LOUDNESS.map((loudness) =>
      placesOf(
        alike.map((value, at) => evidence[at]! + loudness * deviation * value),
        owned,
      ),
    );
    heldBack.owned.push(...owned);
    owned.forEach((_, at) => heldBack.place.push(places.map((place) => place[at]!)));
  }
  return heldBack.owned.some((one) => one > 0) ? chosenOf(heldBack) : undefined;
}

/** Every other customer of the base, from the first or the second on. */
function halfOf(base: LookAlikeBase, first: 0 | 1): { base: LookAlikeBase; unmeant: Unmeant } {
  const chosen = Array.from({ length: Math.ceil((base.events.customers - first) / 2) }, (_, at) => first + 2 * at);
  const half = { ...base, events: eventsOf(base.events, chosen) };
  return { base: half, unmeant: withoutMeant(half) };
}

/** Share of those who own nothing that comes after each customer; those who own a part count as a part. */
function placesOf(scores: Float64Array, owned: readonly number[]): Float64Array {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const total = owned.reduce((sum, much) => sum + 1 - much, 0);
  const result = new Float64Array(scores.length);
  let before = 0;
  for (const customer of order) {
    const rest = 1 - owned[customer]!;
    result[customer] = (before + rest / 2) / total;
    before += rest;
  }
  return result;
}

function chosenOf({ owned, place }: HeldBack): number {
  const owners = owned.reduce((sum, much) => sum + much, 0);
  const mean = (of: (row: readonly number[]) => number): number =>
    owned.reduce((sum, much, at) => sum + much * of(place[at]!), 0) / owners;
  const auc = LOUDNESS.map((_, at) => mean((row) => row[at]!));
  const best = auc.indexOf(Math.max(...auc));
  // Each owner weighs as much as it surely is one (Kish's effective number of them).
  const number = owners ** 2 / owned.reduce((sum, much) => sum + much ** 2, 0);
  const isGood = auc.map((value, at) => {
    const lost = auc[best]! - value;
    return lost ** 2 <= mean((row) => (row[best]! - row[at]! - lost) ** 2) / number;
  });
  const distance = (at: number): number => (isGood[at] ? Math.abs(at - USUAL) : Infinity);
  const places = [...LOUDNESS.keys()];
  return LOUDNESS[places.reduce((nearest, at) => (distance(at) < distance(nearest) ? at : nearest))]!;
}
