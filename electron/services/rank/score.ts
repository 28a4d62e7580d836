import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import type { EventBlock } from '../index/event-block.js';
import { readIndex, sampleEvents, type IndexBatch } from '../index/read-index.js';
import { readStringFacts } from '../index/string-store.js';
import { throwIfCancelled, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { CONTEXT, FEATURES } from './evidence.js';
import { readContrast, readQuestion, type Question, type Understanding } from './question.js';
import { featuresOf, prepareSide, type Side } from './side.js';

/** Customers that the first pass looks at, evenly spaced by number. */
const SAMPLE = 8192;
/** Customers that are scored at a time. */
const BATCH = 1024;
/** Customers of one run of the readout: few enough that its work stays in the processor's caches. */
const READOUT_BATCH = 256;

/** The evidence axis of the user embedding saturates at ±0.7; the learned part has at most that length too. */
const SHARE = 0.7;
const SOFTNESS = 8;
const HALF = Math.SQRT1_2;

/** A question made ready to score any customer of the workspace. */
export interface Scorer {
  understanding: Understanding;
  wanted: Side;
  /** What the contrast's answer is compared with, when there is a contrast. */
  contrast: Side | undefined;
}

/** Scores of the customers first .. first + scores.length, with the parts that they are made of. */
export interface ScoredBatch {
  first: number;
  scores: Float32Array;
  /** The customers' events, valid until the next batch. */
  events: EventBlock;
  /** Standardised evidence features of the wanted side, [customers, F]. */
  features: Float32Array;
  /** Evidence of the wanted side, any real number. */
  evidence: Float32Array;
  /** Learned parts of the user embeddings, unit vectors [customers, embeddingWidth - 2]; undefined while the gate is 0. */
  learned: Float32Array | undefined;
  /** Customers of the batch without any event. */
  withoutEvents: number;
}

/**
 * Reads the question and looks at a sample of the customers. The workspace must be encoded.
 * @throws AppError instruction-empty, model-incompatible, no-customers
 */
export async function prepareScorer(workspace: Workspace, engine: Engine, question: Question): Promise<Scorer> {
  checkFeatures(engine);
  const read = await readQuestion(engine, question);
  const total = await encodedCustomers(workspace);
  const facts = await readStringFacts(workspace);
  if (total === 0 || facts.count === 0)
    throw new AppError(
      'no-customers',
      'The workspace holds no customer with any data',
      'import customer data, or hide fewer rows',
      { file: workspace.path },
    );
  const sample = await sampleEvents(workspace, total, SAMPLE);
  const wanted = await prepareSide(workspace, engine, read, facts, sample);
  const text = question.contrast?.trim();
  const contrast = text
    ? await prepareSide(workspace, engine, await readContrast(engine, read, text), facts, sample)
    : undefined;
  return { understanding: read.understanding, wanted, contrast };
}

/** Scores every encoded customer, in the order of their numbers. */
export async function* scoreCustomers(
  workspace: Workspace,
  engine: Engine,
  scorer: Scorer,
  task: Task,
): AsyncGenerator<ScoredBatch> {
  const total = await encodedCustomers(workspace);
  const { gate, shape } = engine.model;
  const tokenSize = gate > 0 ? shape.userTokens * shape.tokenWidth : 0;
  for await (const batch of readIndex(workspace, total, { size: BATCH, tokenSize })) {
    throwIfCancelled(task, 'Ranking');
    task.progress({ stage: 'rank customers', done: batch.first, total });
    yield scoreBatch(engine, scorer, batch);
  }
  task.progress({ stage: 'rank customers', done: total, total });
}

/** Scores a batch of customers whose events and user tokens are at hand. */
export async function scoreBatch(
  engine: Engine,
  scorer: Scorer,
  { first, events, tokens }: IndexBatch,
): Promise<ScoredBatch> {
  const { gate, shape } = engine.model;
  const learned = gate > 0 ? await readoutOf(engine, scorer, tokens, shape.userTokens * shape.tokenWidth) : undefined;
  const features = featuresOf(scorer.wanted, events);
  const evidence = await engine.evidence(features, scorer.wanted.context);
  const scores = similarity(evidence, learned, scorer.wanted.read.answer, gate);
  if (scorer.contrast) {
    const { context, read } = scorer.contrast;
    const opposed = await engine.evidence(featuresOf(scorer.contrast, events), context);
    const opposite = similarity(opposed, learned, read.answer, gate);
    for (let i = 0; i < scores.length; i++) scores[i]! -= opposite[i]!;
  }
  let withoutEvents = 0;
  for (let i = 0; i < events.customers; i++) if (events.start[i] === events.start[i + 1]) withoutEvents++;
  return { first, events, scores, features, evidence, learned, withoutEvents };
}

/**
 * u · a of every customer: u = [gate × 0.7 × learned, axis, slack], a = [√½ × answer, √½, 0].
 * Source: models/training/model.py user_embedding.
 */
export function similarity(
  evidence: Float32Array,
  learned: Float32Array | undefined,
  answer: Float32Array,
  gate: number,
): Float32Array {
  const width = answer.length;
  return evidence.map((value, customer) => {
    let cosine = 0;
    if (learned) for (let k = 0, at = customer * width; k < width; k++) cosine += learned[at + k]! * answer[k]!;
    return HALF * SHARE * (gate * cosine + Math.tanh(value / SOFTNESS));
  });
}

/** User embeddings u of unit length, [customers, embeddingWidth]; what `similarity` compares with the answer. */
export function userEmbeddings(
  evidence: Float32Array,
  learned: Float32Array | undefined,
  gate: number,
  embeddingWidth: number,
): Float32Array {
  const inner = embeddingWidth - 2;
  const result = new Float32Array(evidence.length * embeddingWidth);
  evidence.forEach((value, customer) => {
    const at = customer * embeddingWidth;
    let square = 0;
    for (let k = 0; k < inner; k++) {
      const part = learned ? gate * SHARE * learned[customer * inner + k]! : 0;
      result[at + k] = part;
      square += part * part;
    }
    const axis = SHARE * Math.tanh(value / SOFTNESS);
    result[at + inner] = axis;
    result[at + inner + 1] = Math.sqrt(Math.max(0, 1 - axis * axis - square));
  });
  return result;
}

async function readoutOf(
  engine: Engine,
  scorer: Scorer,
  tokens: Float32Array,
  tokenSize: number,
): Promise<Float32Array> {
  const width = engine.model.shape.embeddingWidth - 2;
  const learned = new Float32Array((tokens.length / tokenSize) * width);
  for (let from = 0; from * tokenSize < tokens.length; from += READOUT_BATCH) {
    const some = tokens.subarray(from * tokenSize, (from + READOUT_BATCH) * tokenSize);
    learned.set(await engine.readout(scorer.wanted.read.instruction, some), from * width);
  }
  return learned;
}

async function encodedCustomers(workspace: Workspace): Promise<number> {
  const row = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index');
  return row?.n ?? 0;
}

/** The model's columns and this program's must be the same ones in the same order. */
function checkFeatures({ model }: Engine): void {
  const same = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();
  if (same(model.features, FEATURES) && same(model.context, CONTEXT)) return;
  throw new AppError(
    'model-incompatible',
    'The model was trained on other features than this version computes',
    'use the models folder that came with this version',
    { file: model.folder },
  );
}
