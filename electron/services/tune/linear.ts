import type { Block, BlockName, Design, Gathered } from './design.js';
import { SLOPE_SPREAD, type Fitted } from './posterior.js';
import { timesBlock, timesStrings, transposedBlock, transposedStrings } from './products.js';
import { timesVector } from '../rank/rows.js';

/**
 * What the examples taught, as one number per thing that is known of a customer: the tuned score is constant + slope ×
 * untuned score + row · columns + text mean · text + learned part · learned + soft prompt's score · prompt.
 */
export interface Linear {
  constant: number;
  slope: number;
  /** [columns] */
  columns: Float64Array;
  /** [textWidth] */
  text: Float64Array;
  /** [embeddingWidth − 2], or empty. */
  learned: Float64Array;
  /** [1], or empty. */
  prompt: Float64Array;
}

/** The same as weights of a design's features. */
export interface Weights {
  /** Of the standardised untuned score. */
  slope: number;
  /** Of the scaled rows less their mean, [columns]. */
  strings: Float64Array;
  /** Per block of the design, [width]. */
  blocks: Float64Array[];
}

/**
 * The mixture's mean, less the offset, which moves no ranks.
 * @param design holds the examples that `fits` come from, in their order
 * @param names the blocks in the order of the settings' variances
 */
export function weightsOf(design: Design, fits: readonly Fitted[], names: readonly BlockName[]): Weights {
  const examples = design.prior.length;
  let slope = 0;
  for (const { setting, weight, dual } of fits) {
    let moved = setting.slope;
    for (let i = 0; i < examples; i++) moved += (SLOPE_SPREAD * setting.slope) ** 2 * design.prior[i]! * dual[i]!;
    slope += weight * moved;
  }
  const factorsOf = (name: BlockName): Float64Array => {
    const factors = new Float64Array(examples);
    for (const { setting, weight, dual } of fits) {
      const factor = weight * setting.variances[names.indexOf(name)]!;
      for (let i = 0; i < examples; i++) factors[i]! += factor * dual[i]!;
    }
    return factors;
  };
  return {
    slope,
    strings: transposedStrings(design, factorsOf('strings')),
    blocks: design.blocks.map((block) => transposedBlock(block, factorsOf(block.name))),
  };
}

/** What the weights make of every customer of a design, [customers]. */
export function valuesOf(design: Design, { slope, strings, blocks }: Weights): Float64Array {
  const result = timesStrings(design, strings);
  design.prior.forEach((value, at) => (result[at]! += slope * value));
  design.blocks.forEach((block, at) => timesBlock(block, blocks[at]!).forEach((value, row) => (result[row]! += value)));
  return result;
}

/** The weights as weights of the raw inputs. */
export function linearOf({ score, scale, mean, blocks }: Design, weights: Weights): Linear {
  const columns = Float64Array.from(weights.strings);
  const result: Linear = {
    constant: -(weights.slope * score.mean) / score.deviation - dot(weights.strings, mean),
    slope: weights.slope / score.deviation,
    columns,
    text: new Float64Array(0),
    learned: new Float64Array(0),
    prompt: new Float64Array(0),
  };
  blocks.forEach((block, at) => {
    const raw = rawWeights(block, weights.blocks[at]!);
    result.constant -= dot(raw, block.mean);
    if (block.name === 'topics') raw.forEach((value, column) => (columns[column]! += value));
    else result[block.name] = raw;
  });
  for (let at = 0; at < columns.length; at++) columns[at]! *= scale[at]!;
  return result;
}

function rawWeights({ input, width, map }: Block, inner: Float64Array): Float64Array {
  const weights = new Float64Array(input);
  for (let k = 0; k < input; k++) for (let to = 0; to < width; to++) weights[k]! += map[k * width + to]! * inner[to]!;
  return weights;
}

/** Tuned scores of all gathered rows. */
export function scoresOf(linear: Linear, gathered: Gathered): Float64Array {
  const { scores, rows, text, learned, prompted } = gathered;
  const result = timesVector(rows, linear.columns);
  const add = (table: Float64Array, weights: Float64Array): void => {
    const width = weights.length;
    for (let row = 0; row < result.length && width > 0; row++) {
      for (let k = 0; k < width; k++) result[row]! += table[row * width + k]! * weights[k]!;
    }
  };
  add(text, linear.text);
  if (learned) add(learned, linear.learned);
  if (prompted) add(prompted, linear.prompt);
  return result.map((value, row) => linear.constant + linear.slope * scores[row]! + value);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
