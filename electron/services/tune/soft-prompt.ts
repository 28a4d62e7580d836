import type { Engine } from '../../engine/engine.js';
import type { EventBlock } from '../index/event-block.js';
import type { Readout } from '../rank/readout.js';
import { throwIfCancelled, type Task } from '../task.js';
import { folds, withinParts } from './folds.js';
import { PromptTrainer, type PromptExamples } from './prompt-trainer.js';

/** Steps of a training at most, and after how many of them the held-back examples are asked where to stop. */
const STEPS = 24;
const STRIDE = 8;
const FOLDS = 3;
/** Examples that a prompt is trained on at most; the steps of a training see no more of them. */
const MOST = 384;

/**
 * A trained soft prompt: hidden states before the readout token, and the direction from the prototype of those without the
 * target to the prototype of those with it. A customer's score is the inner product of its embedding under the prompt with it.
 */
export interface SoftPrompt {
  /** [6, hidden] */
  rows: Float32Array;
  /** [embeddingWidth − 2] */
  direction: Float32Array;
}

/** A soft prompt, its scores of all gathered rows, and after how many steps it stopped. */
export interface Prompted {
  prompt: SoftPrompt;
  /** Of the examples by prompts that were not trained on them, so that the residual can tell how far to trust it. */
  scores: Float64Array;
  steps: number;
}

/**
 * Trains a soft prompt (Lester et al., 2021) of an instruction by prototypes of both classes (Snell et al., 2017), stopped early
 * by cross-validation on the examples. Everything else of the model stays as it is.
 * @param readout of the instruction without a prompt
 * @param examples with both classes twice at least
 */
export async function trainSoftPrompt(
  engine: Engine,
  readout: Readout,
  examples: PromptExamples,
  task: Task,
): Promise<Prompted> {
  const stride = Math.max(1, Math.ceil(examples.rows.length / MOST));
  const chosen = examples.rows.map((_, at) => at).filter((at) => at % stride === 0);
  const answers = chosen.map((at) => examples.answers[at]!);
  const parts = folds(answers, FOLDS).map((part) => part.map((place) => chosen[place]!));
  const train = (part: number, seen: readonly number[]): PromptTrainer => {
    const total = (parts.length + 1) * STEPS;
    return new PromptTrainer(engine, readout, examples, seen, part, (step) => {
      throwIfCancelled(task, 'Tuning');
      task.progress({ stage: 'train the soft prompt', done: part * STEPS + step, total });
    });
  };
  const held = Array.from({ length: STEPS / STRIDE + 1 }, () => new Float64Array(examples.rows.length));
  for (const [number, part] of parts.entries()) {
    const trainer = train(
      number,
      chosen.filter((at) => !part.includes(at)),
    );
    for (const [stop, scores] of held.entries()) {
      await trainer.until(stop * STRIDE);
      const found = await trainer.scores(part);
      part.forEach((at, i) => (scores[at] = found[i]!));
    }
  }
  const marks = held.map((scores) => withinParts(parts, scores, examples.answers));
  const best = marks.indexOf(Math.max(...marks));
  const final = train(parts.length, chosen);
  await final.until(best * STRIDE);
  const prompt = await final.prompt();
  const scores = Float64Array.from(await promptScores(readout, prompt, examples.events));
  chosen.forEach((at) => (scores[examples.rows[at]!] = held[best]![at]!));
  return { prompt, scores, steps: best * STRIDE };
}

/** Scores of a block's customers under a soft prompt of the instruction, [customers]. */
export async function promptScores(
  readout: Readout,
  { rows, direction }: SoftPrompt,
  events: EventBlock,
): Promise<Float32Array> {
  const embedded = await readout.withPrompt(rows).embed(events);
  const width = direction.length;
  return Float32Array.from({ length: events.customers }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += embedded[row * width + k]! * direction[k]!;
    return sum;
  });
}
