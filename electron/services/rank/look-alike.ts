import { setImmediate } from 'node:timers/promises';
import { eventsOf, type EventBlock } from '../index/event-block.js';
import { KIND } from '../index/scale.js';
import type { Columns } from './columns.js';
import { dot, solving } from './conjugate-gradients.js';
import { moments, rowScale, scaledRows } from './row-scale.js';
import { rowsOf, timesEvents, timesVector, VALUE_SCALE, weightedSum, type EventWeights, type Rows } from './rows.js';

/** Owners that are needed to learn from. */
const LEAST = 3;
/** Weight of the ridge, as a share of the customers. */
const RIDGE = 0.01;
const PRECISION = { rounds: 40, tolerance: 1e-3 };
/** Largest likeness, in deviations; that of who has what is meant. */
const CLIP = 4;

/** Weights that say how alike a customer is to those who have what an instruction names. */
export interface LookAlike {
  /** Customers that were learned from as owners, those of what is only nearly meant as a part. */
  owners: number;
  weights: EventWeights;
  /** How surely each string is what is meant, and what is not wanted, [strings] each. */
  degree: Float64Array;
  excluded: readonly Float64Array[];
  /** Of the weighted events of the customers that were learned from. */
  mean: number;
  deviation: number;
}

/** The customers that are learned from, and what is known of every string: [strings] each. */
export interface LookAlikeBase {
  events: EventBlock;
  columns: Columns;
  /** As `readChoices` reads them. */
  choices: Uint32Array;
  kind: Uint8Array;
  /** How surely each string is what is meant, as `meantStrings` says. */
  degree: Float64Array;
}

/**
 * Learns from some customers who has what an instruction names, from everything else that they have: ridge regression in its
 * dual form (Saunders, Gammerman & Vovk 1998), both classes weighed the same. Nobody's label is read; the owners are those
 * of the strings nearest to the instruction, and who also has what is excluded counts as none.
 * @param excluded how surely each string is what is not wanted, [strings] each
 * @param unmeant what else the customers have, where the caller knows it already
 * @returns undefined where hardly anybody has what is meant
 */
export async function learnLookAlike(
  base: LookAlikeBase,
  excluded: readonly Float64Array[],
  unmeant: Unmeant = withoutMeant(base),
): Promise<LookAlike | undefined> {
  const { events, columns, degree } = base;
  const { others, seen } = unmeant;
  await setImmediate();
  const owned = ownedBy(events, degree, excluded);
  const target = Float64Array.from(seen, (customer) => owned[customer]!);
  const owners = target.reduce((sum, much) => sum + much, 0);
  if (owners < LEAST || target.length - owners < LEAST) return undefined;
  await setImmediate();
  const rows = rowsOf(others, columns);
  await setImmediate();
  const { scale, centre } = rowScale(rows, columns.count);
  await setImmediate();
  const scaled = await ridge(scaledRows(rows, scale), centre, target);
  const perColumn = scaled.map((weight, at) => weight * scale[at]!);
  const weights = {
    present: perColumn.slice(0, columns.strings),
    value: Float64Array.from(columns.valueOf, (column) => VALUE_SCALE * perColumn[column]!),
  };
  return { owners, weights, degree, excluded, ...moments(timesEvents(others, weights)) };
}

/**
 * How alike the block's customers are, in deviations, [customers]. Those who have what is meant and nothing of what is excluded
 * come first, all alike, so that the evidence decides among them: who has much of it, or both of two things.
 */
export function likeness({ weights, degree, excluded, mean, deviation }: LookAlike, block: EventBlock): Float64Array {
  const owned = ownedBy(block, degree, excluded);
  return timesEvents(block, weights).map((value, at) => {
    const alike = Math.max(-CLIP, Math.min(CLIP, (value - mean) / deviation));
    return owned[at]! * CLIP + (1 - owned[at]!) * alike;
  });
}

/** Customers of whom something else is seen than what is meant, and that. */
export interface Unmeant {
  others: EventBlock;
  seen: number[];
}

/**
 * Owners are told by what else they have: neither the number of their events may give them away, nor summaries that what is
 * meant went into, nor that they lack another value of the same column, nor that nothing else is known of them.
 * @returns the customers of whom something else is seen, and their events but what is meant, other answers to the same and
 *   summaries
 */
export function withoutMeant({ events: block, choices, kind, degree }: LookAlikeBase): Unmeant {
  const meant = new Set(choices.filter((_, string) => degree[string]! > 0));
  const isHidden = choices.map((choice, string) => Number(meant.has(choice) || kind[string] === KIND.aggregate));
  const hidden = new Uint8Array(block.start[block.customers]!);
  for (let event = 0; event < hidden.length; event++) hidden[event] = isHidden[block.string[event]!]!;
  const seen = Array.from({ length: block.customers }, (_, customer) => customer).filter((customer) =>
    hidden.subarray(block.start[customer], block.start[customer + 1]).includes(0),
  );
  return { others: eventsOf(block, seen, hidden), seen };
}

/** How surely each customer has what is meant and nothing of what is excluded, [customers]. */
export function ownedBy(block: EventBlock, degree: Float64Array, excluded: readonly Float64Array[]): Float64Array {
  const owned = largestOwned(block, degree);
  for (const one of excluded) largestOwned(block, one).forEach((much, at) => (owned[at]! *= 1 - much));
  return owned;
}

/** The largest degree among what each customer has, [customers]. */
function largestOwned({ customers, start, string }: EventBlock, degree: Float64Array): Float64Array {
  const result = new Float64Array(customers);
  for (let customer = 0; customer < customers; customer++) {
    let most = 0;
    for (let event = start[customer]!, to = start[customer + 1]!; event < to; event++) {
      const much = degree[string[event]!]!;
      if (much > most) most = much;
    }
    result[customer] = most;
  }
  return result;
}

/** Weights of the rows' columns, less their mean `centre`, that tell owners (1) from the rest (0) best, [columns]. */
async function ridge(rows: Rows, centre: Float64Array, owned: Float64Array): Promise<Float64Array> {
  const customers = owned.length;
  const owners = owned.reduce((sum, much) => sum + much, 0);
  const weight = owned.map((much) => (customers / 2) * (much / owners + (1 - much) / (customers - owners)));
  const noise = weight.map((one) => (RIDGE * customers) / one);
  const middle = weight.reduce((sum, one, at) => sum + (one / customers) * (2 * owned[at]! - 1), 0);
  const times = (vector: Float64Array): Float64Array => {
    const moved = centredSum(rows, centre, vector);
    const shift = dot(centre, moved);
    return timesVector(rows, moved).map((value, at) => value - shift + noise[at]! * vector[at]!);
  };
  const wanted = owned.map((much) => 2 * much - 1 - middle);
  const work = solving(times, noise, wanted, PRECISION);
  let step = work.next();
  while (!step.done) {
    // A round takes some tens of milliseconds; whoever else waits for this thread has its turn in between.
    await setImmediate();
    step = work.next();
  }
  return centredSum(rows, centre, step.value);
}

/** Σ factors[i] × (row i − centre), [columns]. */
function centredSum(rows: Rows, centre: Float64Array, factors: Float64Array): Float64Array {
  const total = factors.reduce((sum, factor) => sum + factor, 0);
  return weightedSum(rows, factors, centre.length).map((value, at) => value - total * centre[at]!);
}
