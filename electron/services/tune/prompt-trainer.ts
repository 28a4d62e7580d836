import type { Engine } from '../../engine/engine.js';
import type { PromptState } from '../../engine/learned.js';
import { Draws } from '../fit/draws.js';
import type { EventBlock } from '../index/event-block.js';
import type { Readout } from '../rank/readout.js';
import type { SoftPrompt } from './soft-prompt.js';

/** Rows of a soft prompt, as the prompt-step graph has them. */
const TOKENS = 6;
/** Examples of a step, half of each class. */
const BATCH = 24;
/** Learning rate of the offsets, in units of a hidden state's size, and weight decay (AdamW, Loshchilov and Hutter 2019). */
const RATE = 0.15;
const DECAY = 0.1;
const BETA1 = 0.9;
const BETA2 = 0.999;
const SEED = 1125;

/** Labelled customers among the customers of a block. */
export interface PromptExamples {
  events: EventBlock;
  /** Place in the block of every example. */
  rows: readonly number[];
  answers: readonly (0 | 1)[];
}

/** Trains the soft prompt of one instruction on some of the examples, step by step. */
export class PromptTrainer {
  private readonly start: Float32Array;
  private readonly draws: Draws;
  private state: PromptState;
  private step = 0;

  /**
   * @param seen numbers of the examples that it learns from
   * @param stream makes the draws of one trainer independent of another's
   * @param tell is called before every step
   */
  constructor(
    private readonly engine: Engine,
    private readonly readout: Readout,
    private readonly examples: PromptExamples,
    private readonly seen: readonly number[],
    stream: number,
    private readonly tell: (step: number) => void,
  ) {
    this.start = startOf(readout.asked.hidden.data as Float32Array, readout.asked.hidden.shape[0]!);
    this.draws = new Draws(SEED, stream);
    const none = (): Float32Array => new Float32Array(this.start.length);
    this.state = { offset: none(), first: none(), second: none() };
  }

  /** Trains until so many steps are done. */
  async until(steps: number): Promise<void> {
    for (; this.step < steps; this.step++) {
      this.tell(this.step);
      const chosen = ([1, 0] as const).flatMap((wanted) => this.drawClass(wanted));
      const t = this.step + 1;
      this.state = await this.engine.learned.promptStep(
        this.readout.asked,
        { start: this.start, ...this.state },
        { rate: RATE / (1 - BETA1 ** t), spread: (1 - BETA2 ** t) ** -0.5, decay: RATE * DECAY },
        this.readout.batch(
          this.examples.events,
          chosen.map((at) => this.examples.rows[at]!),
        ),
        Float32Array.from(chosen, (at) => this.examples.answers[at]!),
      );
    }
  }

  /** Scores of examples by the prompt as it is now. */
  async scores(asked: readonly number[]): Promise<number[]> {
    const { rows, direction } = await this.prompt();
    const embedded = await this.embed(rows, asked);
    return asked.map((_, row) => dot(embedded, row, direction));
  }

  /** The prompt as it is now, with the prototypes of the examples that it learns from. */
  async prompt(): Promise<SoftPrompt> {
    const rows = promptRows(this.start, this.state.offset);
    const embedded = await this.embed(rows, this.seen);
    const width = embedded.length / this.seen.length;
    const direction = new Float32Array(width);
    const positives = this.seen.filter((at) => this.examples.answers[at] === 1).length;
    this.seen.forEach((at, row) => {
      const share = this.examples.answers[at] === 1 ? 1 / positives : -1 / (this.seen.length - positives);
      for (let k = 0; k < width; k++) direction[k]! += share * embedded[row * width + k]!;
    });
    return { rows, direction };
  }

  private embed(prompt: Float32Array, some: readonly number[]): Promise<Float32Array> {
    const places = some.map((at) => this.examples.rows[at]!);
    return this.readout.withPrompt(prompt).embed(this.examples.events, places);
  }

  /** Half a batch of one class, with replacement where there are not two of it. */
  private drawClass(wanted: 0 | 1): number[] {
    const some = this.seen.filter((at) => this.examples.answers[at] === wanted);
    return some.length < 2 ? [some[0]!, some[0]!] : [...this.draws.some(some, BATCH / 2)];
  }
}

/** The last rows before the readout token, from the first again where there are too few: hidden [T, H] → [TOKENS, H]. */
function startOf(hidden: Float32Array, length: number): Float32Array {
  const width = hidden.length / length;
  const words = length - 1;
  const start = new Float32Array(TOKENS * width);
  for (let row = 0; row < TOKENS; row++) {
    const from = words >= TOKENS ? words - TOKENS + row : row % words;
    start.set(hidden.subarray(from * width, (from + 1) * width), row * width);
  }
  return start;
}

/** As soft_prompt in models/training/prompt_step.py: offsets are relative to the size of each dimension. */
function promptRows(start: Float32Array, offset: Float32Array): Float32Array {
  const width = start.length / TOKENS;
  const square = new Float64Array(width);
  start.forEach((value, at) => (square[at % width]! += value ** 2 / TOKENS));
  return start.map((value, at) => value + offset[at]! * Math.sqrt(square[at % width]! + 1e-4));
}

function dot(table: Float32Array, row: number, vector: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) sum += table[row * vector.length + k]! * vector[k]!;
  return sum;
}
