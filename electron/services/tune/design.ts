import { principal, type Operator, type Principal } from './principal.js';
import type { Columns } from '../rank/columns.js';
import { chosenOf, chosenRows, timesTable, transposedTimes, type Rows } from '../rank/rows.js';
import { moments, partOf, rowScale, scaledRows } from '../rank/row-scale.js';

/** What is known of the base's sample and of the examples. */
export interface Gathered {
  columns: Columns;
  /** How many of the rows are the sample of the base; they come first. */
  sampled: number;
  /** Row of every example, which may lie in the sample. */
  examples: Uint32Array;
  rows: Rows;
  /** Untuned scores, [rows]. */
  scores: Float64Array;
  /** Weighted means of the customers' string embeddings, [rows, textWidth]. */
  text: Float64Array;
  /** Learned parts of the user embeddings, [rows, embeddingWidth − 2]; undefined while the gate is 0. */
  learned: Float64Array | undefined;
  /** Scores by a soft prompt, [rows]; of the examples by prompts that were not trained on them. */
  prompted?: Float64Array;
}

export const BLOCKS = ['strings', 'topics', 'text', 'learned', 'prompt'] as const;
export type BlockName = (typeof BLOCKS)[number];

/** A linear map that makes a block's features, of mean 0 and mean squared length 1 over the base. */
export interface Block {
  name: Exclude<BlockName, 'strings'>;
  /** Sizes of what goes in and what comes out. */
  input: number;
  width: number;
  mean: Float64Array;
  /** [input, width] */
  map: Float32Array;
  /** Of the examples, [examples, width]. */
  features: Float64Array;
}

/** What the residual sees of the examples, all scaled by the base and never by the labels. */
export interface Design {
  columns: Columns;
  /** Untuned scores of the examples, standardised over the base. */
  prior: Float64Array;
  score: { mean: number; deviation: number };
  /** Scale of every column of the rows; `strings` features are the scaled rows less their mean. [columns] */
  scale: Float64Array;
  mean: Float64Array;
  /** Scaled rows of the examples, not centred. */
  rows: Rows;
  blocks: Block[];
}

const TOPICS = 24;
const TEXT_DIRECTIONS = 32;
const LEARNED_DIRECTIONS = 24;
/** Customers that the directions of dense features are found with. */
const DIRECTION_SAMPLE = 1024;

/** Learns the scales of all features from the sample and applies them to the examples. */
export function makeDesign(gathered: Gathered): Design {
  const { rows, sampled, columns, scores, examples } = gathered;
  const { scale, centre } = rowScale(partOf(rows, 0, sampled), columns.count);
  const scaled = scaledRows(rows, scale);
  const blocks = [
    topicBlock(scaled, centre, gathered),
    denseBlock('text', gathered.text, gathered, TEXT_DIRECTIONS),
    ...(gathered.learned ? [denseBlock('learned', gathered.learned, gathered, LEARNED_DIRECTIONS)] : []),
    ...(gathered.prompted ? [denseBlock('prompt', gathered.prompted, gathered, 1)] : []),
  ];
  const score = moments(scores.subarray(0, sampled));
  return {
    columns,
    score,
    prior: Float64Array.from(examples, (row) => (scores[row]! - score.mean) / score.deviation),
    scale,
    mean: centre,
    rows: chosenRows(scaled, examples),
    blocks,
  };
}

/** What customers own together: principal directions of the sample's scaled rows. */
function topicBlock(scaled: Rows, centre: Float64Array, { sampled, columns, examples }: Gathered): Block {
  const base = partOf(scaled, 0, sampled);
  const found = principal(
    {
      rows: sampled,
      columns: columns.count,
      times: (table, width) => {
        const result = timesTable(base, table, width);
        const shift = transposedDot(centre, table, width);
        for (let at = 0; at < result.length; at++) result[at]! -= shift[at % width]!;
        return result;
      },
      transposedTimes: (table, width) => {
        const result = transposedTimes(base, table, width, columns.count);
        const sums = new Float64Array(width);
        for (let at = 0; at < table.length; at++) sums[at % width]! += table[at]!;
        for (let at = 0; at < result.length; at++) result[at]! -= centre[Math.floor(at / width)]! * sums[at % width]!;
        return result;
      },
    },
    TOPICS,
  );
  const map = ofUnitLength(found);
  const features = timesTable(chosenRows(scaled, examples), map, found.width);
  const shift = transposedDot(centre, map, found.width);
  for (let at = 0; at < features.length; at++) features[at]! -= shift[at % found.width]!;
  return { name: 'topics', input: columns.count, width: found.width, mean: centre, map, features };
}

/** Features from numbers that every row has, along their first `directions` principal directions. */
function denseBlock(name: Block['name'], table: Float64Array, gathered: Gathered, directions: number): Block {
  const { sampled, rows, examples } = gathered;
  const input = table.length / (rows.start.length - 1);
  const mean = new Float64Array(input);
  for (let at = 0; at < sampled * input; at++) mean[at % input]! += table[at]! / sampled;
  const centred = table.map((value, at) => value - mean[at % input]!);
  const map = principalMap(centred, sampled, input, directions);
  const width = map.length / input;
  const features = new Float64Array(examples.length * width);
  multiply(chosenOf(centred, input, examples), input, map, width, features);
  return { name, input, width, mean, map, features };
}

function principalMap(centred: Float64Array, sampled: number, input: number, directions: number): Float32Array {
  // Directions are as good from a part of the sample; evenly spaced, like the sample itself.
  const rows = Math.min(sampled, DIRECTION_SAMPLE);
  const places = Array.from({ length: rows }, (_, i) => Math.floor((i * sampled) / rows));
  const base = chosenOf(centred, input, places);
  const operator: Operator = {
    rows,
    columns: input,
    times: (table, width) => multiply(base, input, table, width, new Float64Array(rows * width)),
    transposedTimes: (table, width) => {
      const result = new Float64Array(input * width);
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < input; k++) {
          const value = base[row * input + k]!;
          if (value === 0) continue;
          for (let to = 0; to < width; to++) result[k * width + to]! += value * table[row * width + to]!;
        }
      }
      return Float32Array.from(result);
    },
  };
  return ofUnitLength(principal(operator, directions));
}

/** Directions scaled so that features along them have mean squared length 1 together. */
function ofUnitLength({ directions, deviation }: Principal): Float32Array {
  const total = Math.sqrt(deviation.reduce((sum, spread) => sum + spread ** 2, 0)) || 1;
  return directions.map((value) => value / total);
}

function multiply(
  left: Float64Array,
  inner: number,
  table: Float32Array,
  width: number,
  out: Float64Array,
): Float64Array {
  for (let row = 0; row * inner < left.length; row++) {
    for (let k = 0; k < inner; k++) {
      const value = left[row * inner + k]!;
      if (value === 0) continue;
      for (let to = 0; to < width; to++) out[row * width + to]! += value * table[k * width + to]!;
    }
  }
  return out;
}

function transposedDot(vector: Float64Array, table: Float32Array, width: number): Float64Array {
  const result = new Float64Array(width);
  for (let at = 0; at < table.length; at++) result[at % width]! += vector[Math.floor(at / width)]! * table[at]!;
  return result;
}
