import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import type { EventBlock } from '../index/event-block.js';
import { readIndex, sampleEvents, type IndexBatch } from '../index/read-index.js';
import { readStringFacts } from '../index/string-store.js';
import { throwIfCancelled, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { CONTEXT, FEATURES } from './evidence.js';
import { similarity } from './embedding.js';
import { openGate } from './gate.js';
import { likeness } from './look-alike.js';
import { prepareLookAlike, type WeighedLookAlike } from './prepare-look-alike.js';
import { OUTCOMES, readContrast, readQuestion, type Question, type Understanding } from './question.js';
import { Readout } from './readout.js';
import { featuresOf, prepareSide, type Side } from './side.js';

/** Customers that the first pass looks at, evenly spaced by number. */
const SAMPLE = 8192;
/** Customers that are scored at a time. */
const BATCH = 1024;
/** A question made ready to score any customer of the workspace. */
export interface Scorer {
  understanding: Understanding;
  wanted: Side;
  /** Likeness to those who have what is named; undefined where hardly anybody has anything near it. */
  lookAlike: WeighedLookAlike | undefined;
  /** What the contrast's answer is compared with, when there is a contrast. */
  contrast: Side | undefined;
  /** Reads customers under the instruction; undefined while the gate is 0, or where the instruction is about an outcome. */
  readout: Readout | undefined;
  /** How far the learned path is open under this instruction. */
  gate: number;
}

/** Scores of the customers first .. first + scores.length, with the parts that they are made of. */
export interface ScoredBatch {
  first: number;
  scores: Float32Array;
  /** The customers' events, valid until the next batch. */
  events: EventBlock;
  /** Standardised evidence features of the wanted side, [customers, F]. */
  features: Float32Array;
  /** Evidence of the wanted side and likeness, any real number. */
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
  const owners = await prepareLookAlike(workspace, engine, wanted, sample, total);
  const text = question.contrast?.trim();
  const contrast = text
    ? await prepareSide(workspace, engine, await readContrast(engine, read, text), facts, sample)
    : undefined;
  const readout = mayOpen(engine, wanted) ? await Readout.of(workspace, engine, read, facts) : undefined;
  const gate = readout ? await openGate(engine.model, wanted, owners, readout) : 0;
  const { lookAlike } = owners;
  return {
    understanding: read.understanding,
    wanted,
    lookAlike,
    contrast,
    readout: gate > 0 ? readout : undefined,
    gate,
  };
}

/** Whether the learned path counts under any instruction; without a fit it does not, as the model ships. */
export function isOpen({ model }: Engine): boolean {
  return Math.max(model.gate, model.namedGate) > 0;
}

/** No fit is judged by staying or leaving, of which a customer's things say nothing, nor by what customers only should not have. */
function mayOpen(engine: Engine, { read }: Side): boolean {
  return isOpen(engine) && !read.isNegated && !OUTCOMES.has(read.understanding.direction);
}

/** Scores every encoded customer, in the order of their numbers. */
export async function* scoreCustomers(
  workspace: Workspace,
  engine: Engine,
  scorer: Scorer,
  task: Task,
): AsyncGenerator<ScoredBatch> {
  const total = await encodedCustomers(workspace);
  for await (const batch of readIndex(workspace, total, { size: BATCH, tokenSize: 0 })) {
    throwIfCancelled(task, 'Ranking');
    task.progress({ stage: 'rank customers', done: batch.first, total });
    yield scoreBatch(engine, scorer, batch);
  }
  task.progress({ stage: 'rank customers', done: total, total });
}

/** Scores a batch of customers whose events are at hand. */
export async function scoreBatch(
  engine: Engine,
  scorer: Scorer,
  { first, events }: Pick<IndexBatch, 'first' | 'events'>,
): Promise<ScoredBatch> {
  const { gate, lookAlike } = scorer;
  const learned = await scorer.readout?.embed(events);
  const features = featuresOf(scorer.wanted, events);
  const evidence = await engine.evidence(features, scorer.wanted.context);
  if (lookAlike) addLikeness(evidence, lookAlike, events);
  if (scorer.wanted.read.isNegated) evidence.forEach((value, at) => (evidence[at] = -value));
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

function addLikeness(evidence: Float32Array, lookAlike: WeighedLookAlike, events: EventBlock): void {
  const { scale, spread } = lookAlike;
  likeness(lookAlike, events).forEach((alike, at) => (evidence[at] = (evidence[at]! + scale * alike) / spread));
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
