import type { Rows } from './rows.js';

/** Rare strings weigh more, by the square root of what would give every string the same variance. */
const RARITY = 0.5;
/** Columns that fewer customers of the base have keep the scale that this many would give. */
const RAREST = 3;

export interface RowScale {
  /** Factor of every column, so that centred rows have mean squared length 1 over the base. [columns] */
  scale: Float64Array;
  /** Mean of the scaled rows, [columns]. */
  centre: Float64Array;
}

/** The scale of all columns over a base of customers; takes no notice of any label. */
export function rowScale(base: Rows, columns: number): RowScale {
  const { mean, deviation } = columnMoments(base, columns);
  const floor = Math.sqrt(RAREST / (base.start.length - 1)) * 0.2;
  const scale = deviation.map((spread) => 1 / Math.max(spread, floor) ** RARITY);
  const total = Math.sqrt(deviation.reduce((sum, spread, at) => sum + (spread * scale[at]!) ** 2, 0)) || 1;
  for (let at = 0; at < scale.length; at++) scale[at]! /= total;
  return { scale, centre: mean.map((value, at) => value * scale[at]!) };
}

export function scaledRows(rows: Rows, scale: Float64Array): Rows {
  const value = new Float64Array(rows.start.at(-1)!);
  for (let at = 0; at < value.length; at++) value[at] = rows.value[at]! * scale[rows.column[at]!]!;
  return { ...rows, value };
}

/** Rows from .. to - 1. */
export function partOf({ start, column, value }: Rows, from: number, to: number): Rows {
  const [first, last] = [start[from]!, start[to]!];
  return {
    start: start.slice(from, to + 1).map((at) => at - first),
    column: column.subarray(first, last),
    value: value.subarray(first, last),
  };
}

/** Mean and standard deviation, 1 where all values are the same. */
export function moments(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

function columnMoments({ start, column, value }: Rows, count: number): { mean: Float64Array; deviation: Float64Array } {
  const customers = start.length - 1;
  const each = 1 / customers;
  const mean = new Float64Array(count);
  const square = new Float64Array(count);
  for (let at = 0, to = start[customers]!; at < to; at++) {
    const [place, one] = [column[at]!, value[at]!];
    mean[place]! += each * one;
    square[place]! += each * (one * one);
  }
  return { mean, deviation: square.map((value, at) => Math.sqrt(Math.max(0, value - mean[at]! ** 2))) };
}
