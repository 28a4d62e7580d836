import { readFileSync } from 'node:fs';
import type { ModelFile, ModelDescription } from './model.js';
import { floats, integers, type Feed, type Graph } from './session.js';

/** What decides what the learned path says: its flat weights [P] and how far it is opened. */
export interface Learned {
  weights: Float32Array;
  /** How loud the learned path speaks beside the evidence, 0 (not at all) to 4; see services/rank/embedding.ts. */
  gate: number;
  /** The same where the instruction names what customers have; see services/rank/side.ts isNamed. */
  namedGate: number;
}

/** Padded events of B customers, E each; bins as `valueBin` in services/index/token-batch gives them. */
export interface TokenBatch {
  customers: number;
  width: number;
  /** Rows of the string table that the batch uses, [S, tokenWidth]. */
  table: Float32Array;
  string: BigInt64Array;
  source: BigInt64Array;
  value: BigInt64Array;
  recency: BigInt64Array;
  /** ln(1 + n). */
  count: Float32Array;
  mask: Float32Array;
}

/** An instruction as the learned path takes it. */
export interface Asked {
  /** Lower hidden states, [T, hidden]; the last row is the readout token's. */
  hidden: Feed;
  /** Mean embeddings of the wanted and of the unwanted phrases, zero where there is none, [textWidth]. */
  wanted: Float32Array;
  unwanted: Float32Array;
}

/** Offsets of a soft prompt [6, hidden] from where it starts, with AdamW's moments of the same size. */
export interface PromptState {
  offset: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** AdamW's numbers of step t: rate / (1 − 0.9^t), 1 / √(1 − 0.999^t), rate × weight decay. */
export interface StepScalars {
  rate: number;
  spread: number;
  decay: number;
}

/** The graphs that run on a set of learned weights: those that ship, or those of a fit. */
export class LearnedPath {
  private readonly weights: Feed;

  constructor(
    private readonly session: (name: ModelFile) => Promise<Graph>,
    private readonly shape: ModelDescription['shape'],
    weights: Float32Array,
  ) {
    this.weights = floats(weights, weights.length);
  }

  /** Rows of the string table: embeddings [S, textWidth] and their sources 0..5 → [S, tokenWidth]. */
  async stringTable(embedding: Float32Array, source: Uint8Array): Promise<Float32Array> {
    const session = await this.session('string-table.onnx');
    const { table } = await session.run({
      weights: this.weights,
      embedding: floats(embedding, source.length, this.shape.textWidth),
      source: integers(BigInt64Array.from(source, BigInt), source.length),
    });
    return table!.data;
  }

  /** User tokens of a batch, [B, userTokens, tokenWidth]. */
  async userTokens(batch: TokenBatch): Promise<Float32Array> {
    const session = await this.session('user-tokens.onnx');
    const { tokens } = await session.run({ weights: this.weights, ...this.eventFeeds(batch) });
    return tokens!.data;
  }

  /** Learned answer embedding, L2-normalised [embeddingWidth - 2]: lower hidden states of the answer, its text embedding. */
  async answer(hidden: Feed, embedding: Float32Array): Promise<Float32Array> {
    const session = await this.session('answer.onnx');
    const { answer } = await session.run({
      weights: this.weights,
      hidden,
      embedding: floats(embedding, embedding.length),
    });
    return answer!.data;
  }

  /** Learned part of the user embedding of B customers under an instruction, unit vectors [B, embeddingWidth - 2]. */
  async readout({ hidden, wanted, unwanted }: Asked, batch: TokenBatch): Promise<Float32Array> {
    const session = await this.session('readout.onnx');
    const { learned } = await session.run({
      weights: this.weights,
      hidden,
      wanted: floats(wanted, wanted.length),
      unwanted: floats(unwanted, unwanted.length),
      ...this.eventFeeds(batch),
    });
    return learned!.data;
  }

  /**
   * One step of a soft prompt on labelled customers.
   * @param asked the instruction without the prompt, at least three rows
   * @param target 0 or 1 of the batch's customers, each at least twice
   */
  async promptStep(
    { hidden, wanted, unwanted }: Asked,
    { start, offset, first, second }: PromptState & { start: Float32Array },
    scalars: StepScalars,
    batch: TokenBatch,
    target: Float32Array,
  ): Promise<PromptState> {
    const session = await this.session('prompt-step.onnx');
    const width = hidden.shape[1]!;
    const rows = (values: Float32Array): Feed => floats(values, values.length / width, width);
    const one = (value: number): Feed => floats(Float32Array.of(value), 1);
    const { offset_next, first_next, second_next } = await session.run({
      weights: this.weights,
      offset: rows(offset),
      first: rows(first),
      second: rows(second),
      rate: one(scalars.rate),
      spread: one(scalars.spread),
      decay: one(scalars.decay),
      start: rows(start),
      hidden,
      wanted: floats(wanted, wanted.length),
      unwanted: floats(unwanted, unwanted.length),
      ...this.eventFeeds(batch),
      target: floats(target, target.length),
    });
    return { offset: offset_next!.data, first: first_next!.data, second: second_next!.data };
  }

  private eventFeeds(batch: TokenBatch): Record<string, Feed> {
    const { tokenWidth } = this.shape;
    const size = [batch.customers, batch.width] as const;
    return {
      table: floats(batch.table, batch.table.length / tokenWidth, tokenWidth),
      string: integers(batch.string, ...size),
      source: integers(batch.source, ...size),
      value: integers(batch.value, ...size),
      recency: integers(batch.recency, ...size),
      count: floats(batch.count, ...size),
      mask: floats(batch.mask, ...size),
    };
  }
}

/** The weights in a file of little-endian float32 numbers. */
export function readWeights(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
