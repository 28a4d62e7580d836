import type { EventBlock } from '../index/event-block.js';
import type { Columns } from './columns.js';

/** Sparse rows: those of row i lie at start[i] .. start[i + 1]. */
export interface Rows {
  start: Uint32Array;
  column: Uint32Array;
  value: Float64Array;
}

/** Makes a percentile minus one half, which is uniform in ±½, as wide as a standard normal. */
export const VALUE_SCALE = Math.sqrt(12);

/** What most events' counts weigh: a ranking asks for it some ten million times. */
const WEIGHTS = Float64Array.from({ length: 256 }, (_, n) => Math.log2(1 + n));

/** ln(1 + n) / ln 2. */
function weightOf(n: number): number {
  return n < WEIGHTS.length ? WEIGHTS[n]! : Math.log2(1 + n);
}

/**
 * What the customers of a block have, as rows of unit scale: ln(1 + n) / ln 2 at a string's column and √12 (value − ½) at
 * its value column, both over the square root of the number of the customer's events.
 */
export function rowsOf(block: EventBlock, { count, valueOf }: Columns): Rows {
  const events = block.start[block.customers]!;
  const rows: Rows = {
    start: new Uint32Array(block.customers + 1),
    column: new Uint32Array(2 * events),
    value: new Float64Array(2 * events),
  };
  let at = 0;
  for (let customer = 0; customer < block.customers; customer++) {
    const [from, to] = [block.start[customer]!, block.start[customer + 1]!];
    const norm = 1 / Math.sqrt(Math.max(1, to - from));
    for (let event = from; event < to; event++) {
      const string = block.string[event]!;
      // A string that came after the tuning has no column yet.
      if (string >= valueOf.length || valueOf[string]! >= count) continue;
      rows.column[at] = string;
      rows.value[at++] = norm * weightOf(block.n[event]!);
      const value = block.value[event]!;
      if (Number.isNaN(value)) continue;
      rows.column[at] = valueOf[string]!;
      rows.value[at++] = norm * VALUE_SCALE * (value - 0.5);
    }
    rows.start[customer + 1] = at;
  }
  return rows;
}

/** Weights of single events, per string, [strings] each. */
export interface EventWeights {
  /** Of ln(1 + n) / ln 2. */
  present: Float64Array;
  /** Of the value's percentile minus one half. */
  value: Float64Array;
}

/** What the rows of the block's customers times the weights come to, without making the rows, [customers]. */
export function timesEvents(
  { customers, start, string, n, value }: EventBlock,
  { present, value: valued }: EventWeights,
): Float64Array {
  const result = new Float64Array(customers);
  for (let customer = 0; customer < customers; customer++) {
    const [from, to] = [start[customer]!, start[customer + 1]!];
    let sum = 0;
    for (let event = from; event < to; event++) {
      const s = string[event]!;
      sum += weightOf(n[event]!) * present[s]!;
      const v = value[event]!;
      // NaN is the only number that differs from itself.
      if (v === v) sum += (v - 0.5) * valued[s]!;
    }
    if (to > from) result[customer] = sum / Math.sqrt(to - from);
  }
  return result;
}

/** Some of the rows, in the order asked for. */
export function chosenRows({ start, column, value }: Rows, chosen: ArrayLike<number>): Rows {
  const result: Rows = {
    start: new Uint32Array(chosen.length + 1),
    column: new Uint32Array(0),
    value: new Float64Array(0),
  };
  for (let at = 0; at < chosen.length; at++)
    result.start[at + 1] = result.start[at]! + start[chosen[at]! + 1]! - start[chosen[at]!]!;
  result.column = new Uint32Array(result.start[chosen.length]!);
  result.value = new Float64Array(result.column.length);
  for (let at = 0; at < chosen.length; at++) {
    const [from, to] = [start[chosen[at]!]!, start[chosen[at]! + 1]!];
    result.column.set(column.subarray(from, to), result.start[at]);
    result.value.set(value.subarray(from, to), result.start[at]);
  }
  return result;
}

/** Some of the rows of a dense table of `width` columns, in the order asked for. */
export function chosenOf(table: Float64Array, width: number, chosen: ArrayLike<number>): Float64Array {
  const result = new Float64Array(chosen.length * width);
  for (let at = 0; at < chosen.length; at++)
    result.set(table.subarray(chosen[at]! * width, (chosen[at]! + 1) * width), at * width);
  return result;
}

/** rows · weights of every row. */
export function timesVector({ start, column, value }: Rows, weights: Float64Array): Float64Array {
  const result = new Float64Array(start.length - 1);
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let at = start[row]!, to = start[row + 1]!; at < to; at++) sum += value[at]! * weights[column[at]!]!;
    result[row] = sum;
  }
  return result;
}

/** Σ factors[i] × row i, over `count` columns. */
export function weightedSum({ start, column, value }: Rows, factors: Float64Array, count: number): Float64Array {
  const result = new Float64Array(count);
  for (let row = 0; row < start.length - 1; row++) {
    const factor = factors[row]!;
    for (let at = start[row]!, to = start[row + 1]!; at < to; at++) result[column[at]!]! += factor * value[at]!;
  }
  return result;
}

/** rows · table, [rows, width], for a table [columns, width]. */
export function timesTable({ start, column, value }: Rows, table: Float32Array, width: number): Float64Array {
  const result = new Float64Array((start.length - 1) * width);
  for (let row = 0; row < start.length - 1; row++) {
    const out = row * width;
    for (let at = start[row]!, to = start[row + 1]!; at < to; at++) {
      const [factor, from] = [value[at]!, column[at]! * width];
      for (let k = 0; k < width; k++) result[out + k]! += factor * table[from + k]!;
    }
  }
  return result;
}

/** rowsᵀ · table, [columns, width], for a table [rows, width]. */
export function transposedTimes(rows: Rows, table: Float64Array, width: number, columns: number): Float32Array {
  const { start, column, value } = rows;
  const result = new Float32Array(columns * width);
  for (let row = 0; row < start.length - 1; row++) {
    const from = row * width;
    for (let at = start[row]!, to = start[row + 1]!; at < to; at++) {
      const [factor, out] = [value[at]!, column[at]! * width];
      for (let k = 0; k < width; k++) result[out + k]! += factor * table[from + k]!;
    }
  }
  return result;
}
