import type { Block, BlockName, Design } from './design.js';
import { chosenOf, chosenRows, timesVector, weightedSum } from '../rank/rows.js';

/** Features of the strings block times weights, [examples]. */
export function timesStrings({ rows, mean }: Design, weights: Float64Array): Float64Array {
  let shift = 0;
  for (let at = 0; at < mean.length; at++) shift += mean[at]! * weights[at]!;
  return timesVector(rows, weights).map((value) => value - shift);
}

/** Transposed features of the strings block times factors, [columns]. */
export function transposedStrings({ rows, mean, columns }: Design, factors: Float64Array): Float64Array {
  const total = factors.reduce((sum, factor) => sum + factor, 0);
  return weightedSum(rows, factors, columns.count).map((value, at) => value - total * mean[at]!);
}

/** Features of a block times weights, [examples]. */
export function timesBlock({ features, width }: Block, weights: Float64Array): Float64Array {
  const result = new Float64Array(width === 0 ? 0 : features.length / width);
  for (let row = 0; row < result.length; row++) {
    for (let k = 0; k < width; k++) result[row]! += features[row * width + k]! * weights[k]!;
  }
  return result;
}

/** Transposed features of a block times factors, [width]. */
export function transposedBlock({ features, width }: Block, factors: Float64Array): Float64Array {
  const result = new Float64Array(width);
  for (let at = 0; at < features.length; at++) result[at % width]! += factors[Math.floor(at / width)]! * features[at]!;
  return result;
}

/** Inner products of the examples' features of one block with themselves, [examples, examples]. */
export function kernelOf(design: Design, name: BlockName): Float64Array {
  return name === 'strings' ? stringKernel(design) : denseKernel(design.blocks.find((block) => block.name === name)!);
}

function denseKernel({ features, width }: Block): Float64Array {
  const count = features.length / width;
  const result = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += features[i * width + k]! * features[j * width + k]!;
      result[i * count + j] = result[j * count + i] = sum;
    }
  }
  return result;
}

function stringKernel({ rows, mean, columns }: Design): Float64Array {
  const count = rows.start.length - 1;
  const result = new Float64Array(count * count);
  const shift = timesVector(rows, mean);
  const square = mean.reduce((sum, value) => sum + value * value, 0);
  const dense = new Float64Array(columns.count);
  for (let i = 0; i < count; i++) {
    const [from, to] = [rows.start[i]!, rows.start[i + 1]!];
    for (let at = from; at < to; at++) dense[rows.column[at]!]! += rows.value[at]!;
    const products = timesVector(rows, dense);
    for (let j = 0; j < count; j++) result[i * count + j] = products[j]! - shift[i]! - shift[j]! + square;
    for (let at = from; at < to; at++) dense[rows.column[at]!] = 0;
  }
  return result;
}

/** The design of some of the examples. */
export function subDesign(design: Design, chosen: readonly number[]): Design {
  return {
    ...design,
    prior: Float64Array.from(chosen, (at) => design.prior[at]!),
    rows: chosenRows(design.rows, chosen),
    blocks: design.blocks.map((block) => ({ ...block, features: chosenOf(block.features, block.width, chosen) })),
  };
}
