import { readWeights } from './learned.js';
import { modelFile, type Model, type ModelFile } from './model.js';
import { floats, integers, type Feed, type Feeds, type InputShapes } from './session.js';

/** Graphs that a device is tried on: what runs once per customer. */
export const PROBED = ['user-tokens.onnx', 'readout.onnx'] as const satisfies readonly ModelFile[];
export type Probed = (typeof PROBED)[number];

const CUSTOMERS = 32;
const EVENTS = 16;
const TEXT_TOKENS = 12;
const STRINGS = 64;

/**
 * A small batch with the shapes of real work and numbers of the same size; the same on every call.
 * @param inputs of the graph: they say the widths that model.json does not name
 */
export function probeFeeds(graph: Probed, inputs: InputShapes, model: Model): Feeds {
  const { shape } = model;
  const weights = readWeights(modelFile(model, 'learned.bin'));
  const random = generator(7);
  const real = (...sizes: number[]): Feed =>
    floats(
      Float32Array.from({ length: count(sizes) }, () => random() * 2 - 1),
      ...sizes,
    );
  const whole = (below: number, ...sizes: number[]): Feed =>
    integers(
      BigInt64Array.from({ length: count(sizes) }, () => BigInt(Math.floor(random() * below))),
      ...sizes,
    );
  const fixed = (input: string): number[] =>
    (inputs[input] ?? []).map((size) => (typeof size === 'number' ? size : TEXT_TOKENS));
  const events = {
    weights: floats(weights, weights.length),
    table: real(STRINGS, shape.tokenWidth),
    string: whole(STRINGS, CUSTOMERS, EVENTS),
    source: whole(6, CUSTOMERS, EVENTS),
    value: whole(shape.valueBins, CUSTOMERS, EVENTS),
    recency: whole(shape.valueBins, CUSTOMERS, EVENTS),
    count: real(CUSTOMERS, EVENTS),
    mask: floats(new Float32Array(CUSTOMERS * EVENTS).fill(1), CUSTOMERS, EVENTS),
  };
  if (graph === 'user-tokens.onnx') return events;
  return {
    ...events,
    hidden: real(...fixed('hidden')),
    wanted: real(shape.textWidth),
    unwanted: real(shape.textWidth),
  };
}

function count(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/** Park and Miller's generator: the same numbers in 0..1 on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
