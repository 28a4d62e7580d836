import type { EventBlock } from '../index/event-block.js';

/** Cosines from here on count as naming a string, fully so at NAMED + NAMED_RANGE. */
const NAMED = 0.6;
const NAMED_RANGE = 0.3;

/** How many of the block's customers own each string, [strings]. A customer owns a string once. */
export function documentFrequency(block: EventBlock, strings: number): Float64Array {
  const df = new Float64Array(strings);
  const events = block.start[block.customers]!;
  for (let event = 0; event < events; event++) df[block.string[event]!]!++;
  return df;
}

/** Cosine of every phrase with every string of a batch, written into `out[phrase]` from `first` on. */
export function addCosines(
  phrases: Float32Array,
  embedding: Float32Array,
  width: number,
  first: number,
  out: readonly Float32Array[],
): void {
  const count = embedding.length / width;
  out.forEach((row, phrase) => {
    const offset = phrase * width;
    for (let string = 0; string < count; string++) {
      let sum = 0;
      for (let k = 0, at = string * width; k < width; k++) sum += phrases[offset + k]! * embedding[at + k]!;
      row[first + string] = sum;
    }
  });
}

/**
 * Cosines of one phrase centred and scaled to mean 0 and variance 1 under df / sum(df), [strings].
 * Source: models/training/evidence.py standardised_similarity.
 */
export function standardised(cosine: Float32Array | Float64Array, df: Float64Array): Float64Array {
  const total = Math.max(
    df.reduce((sum, n) => sum + n, 0),
    1,
  );
  let mean = 0;
  for (let s = 0; s < df.length; s++) mean += (cosine[s]! * df[s]!) / total;
  let variance = 0;
  for (let s = 0; s < df.length; s++) variance += ((cosine[s]! - mean) ** 2 * df[s]!) / total;
  const scale = Math.sqrt(variance + 1e-12);
  return Float64Array.from(cosine, (value) => (value - mean) / scale);
}

/** Largest of several arrays at every place; all have the same length, and there is at least one. */
export function largestOf(arrays: readonly (Float32Array | Float64Array)[]): Float64Array {
  const [first, ...others] = arrays;
  const result = Float64Array.from(first!);
  for (const other of others) for (let i = 0; i < result.length; i++) result[i] = Math.max(result[i]!, other[i]!);
  return result;
}

/** Half of either. */
export function halfway(one: Float64Array, other: Float32Array | Float64Array): Float64Array {
  return one.map((value, at) => (value + other[at]!) / 2);
}

/** How surely a phrase names each string: 0 up to a cosine of 0.6, 1 from 0.9; undefined when it names none. */
export function namedDegree(cosine: Float32Array): Float64Array | undefined {
  const degree = Float64Array.from(cosine, (value) => Math.min(1, Math.max(0, (value - NAMED) / NAMED_RANGE)));
  return degree.some((value) => value > 0) ? degree : undefined;
}

/** Mean of the rows of a matrix [rows, width]; zero where there is none. */
export function meanRow(rows: Float32Array, width: number): Float32Array {
  const mean = new Float32Array(width);
  const count = rows.length / width;
  for (let at = 0; at < rows.length; at++) mean[at % width]! += rows[at]! / count;
  return mean;
}

/** The vector with length 1. */
export function unitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
