import type { Engine } from '../../engine/engine.js';
import { floats } from '../../engine/session.js';
import { together, type BatchFeeds } from './batch.js';

const BETA1 = 0.9;
const BETA2 = 0.999;
/** Largest learning rate, the steps that lead up to it, and the weight decay (AdamW, Loshchilov and Hutter 2019). */
const RATE = 5e-4;
const WARM_UP = 20;
const DECAY = 0.05;
/** What a cosine counts beside the evidence in the ranking loss; as the training ended with. */
const SCALE = 10;

/** Weights being fitted with AdamW's moments, [P] each, after `step` steps. */
export interface FitState {
  step: number;
  weights: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** A fit that has not begun. */
export function freshState(weights: Float32Array): FitState {
  return { step: 0, weights, first: new Float32Array(weights.length), second: new Float32Array(weights.length) };
}

/**
 * One step on a batch.
 * @param planned steps of the whole fit: the learning rate falls along half a cosine to 0
 * @returns the state after it, and the batch's loss before it
 */
export async function takeStep(
  engine: Engine,
  { step, weights, first, second }: FitState,
  batch: BatchFeeds,
  planned: number,
): Promise<{ state: FitState; loss: number }> {
  const t = step + 1;
  const rate = RATE * Math.min(1, t / WARM_UP) * 0.5 * (1 + Math.cos((Math.PI * step) / planned));
  const scalar = (value: number) => floats(Float32Array.of(value), 1);
  const outputs = await engine.fitStep(
    together(
      {
        weights: floats(weights, weights.length),
        first: floats(first, first.length),
        second: floats(second, second.length),
        rate: scalar(rate / (1 - BETA1 ** t)),
        spread: scalar((1 - BETA2 ** t) ** -0.5),
        decay: scalar(rate * DECAY),
        scale: scalar(SCALE),
      },
      batch,
    ),
  );
  return {
    state: {
      step: t,
      weights: outputs['weights_next']!.data,
      first: outputs['first_next']!.data,
      second: outputs['second_next']!.data,
    },
    loss: outputs['loss']!.data[0]!,
  };
}
