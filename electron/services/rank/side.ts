import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Engine } from '../../engine/engine.js';
import type { EventBlock } from '../index/event-block.js';
import { readEmbeddings, type StringFacts } from '../index/string-store.js';
import type { Workspace } from '../workspace/workspace.js';
import {
  attentionOf,
  CONTEXT,
  featureScale,
  FEATURES,
  rawFeatures,
  standardise,
  type FeatureScale,
  type StringScores,
} from './evidence.js';
import { liftTable } from './lift.js';
import type { ReadQuestion } from './question.js';
import { addCosines, documentFrequency, halfway, largestOf, namedDegree, standardised } from './similarity.js';

/** Anchors whose owners the context counts, and how many of the nearest strings it averages. */
const FEW = 5;

/** The similarity that gives way where the opposite one is larger. */
const GIVEN_WAY = -1;

/** What the evidence of any customer of a population under an instruction is computed with. */
export interface Evidence {
  scores: StringScores;
  scale: FeatureScale;
  /** Context of the instruction and the probabilities of its direction, [C + D]. */
  context: Float32Array;
}

/** Cosine from which a phrase names something in the data outright. */
const NAMED = 0.85;

/**
 * Whether the instruction names what customers have, or excludes something, so that the data themselves answer it; else it
 * asks to foresee what the data do not say. A fit opens the learned path to a different width for either.
 */
export function isNamed({ context }: Evidence): boolean {
  return context[CONTEXT.indexOf('best')]! >= NAMED || context[CONTEXT.indexOf('has_against')]! > 0;
}

/** One side of a question over a workspace. */
export interface Side extends Evidence {
  read: ReadQuestion;
  cosines: Cosines;
}

/**
 * Looks at a sample of customers to learn what the instruction means in this workspace: document frequencies,
 * lift, and the features' means and deviations. With at most 8192 customers the sample is all of them.
 */
export async function prepareSide(
  workspace: Workspace,
  engine: Engine,
  read: ReadQuestion,
  facts: StringFacts,
  sample: EventBlock,
): Promise<Side> {
  const width = engine.model.shape.textWidth;
  const texts = [read.wanted, read.unwanted, read.whole ?? new Float32Array(0)];
  const cosines = texts.map((text) => Array.from({ length: text.length / width }, () => new Float32Array(facts.count)));
  for await (const { first, embedding } of readEmbeddings(workspace, engine, facts.count)) {
    texts.forEach((text, at) => addCosines(text, embedding, width, first, cosines[at]!));
    // Whoever answers a window goes on answering between two stretches. An immediate would come before what waits: the
    // database's answer arrives in the phase just before immediates.
    await setTimeout(0);
  }
  const [wanted = [], unwanted = [], [whole] = []] = cosines;
  const own = { wanted, unwanted, whole };
  return { read, cosines: own, ...(await prepareEvidence(read.directions, own, facts, sample)) };
}

/** Cosines of the phrases of an instruction, and of it as a whole, with every string: [strings] each. */
export interface Cosines {
  wanted: Float32Array[];
  unwanted: Float32Array[];
  whole?: Float32Array | undefined;
}

/**
 * The same from what is known of the instruction and of every string. Each of its parts takes some tens of milliseconds;
 * whoever else waits for this thread has its turn in between.
 * @param directions probabilities of the model's directions, [D]
 */
export async function prepareEvidence(
  directions: Float32Array,
  cosines: Cosines,
  facts: StringFacts,
  sample: EventBlock,
): Promise<Evidence> {
  const { wanted, unwanted } = cosines;
  const df = documentFrequency(sample, facts.count);
  const { scores, anchors } = scoreStrings(cosines, facts, sample, df);
  await setImmediate();
  const raw = new Float64Array(sample.customers * FEATURES.length);
  rawFeatures(sample, scores, raw);
  await setImmediate();
  const context = contextOf(wanted, anchors, df, sample, unwanted.length > 0);
  return {
    scores,
    scale: featureScale(raw, sample.customers),
    context: Float32Array.from([...context, ...directions]),
  };
}

/** Standardised features of the block's customers, [customers, F]. */
export function featuresOf({ scores, scale }: Evidence, block: EventBlock): Float32Array {
  const raw = new Float64Array(block.customers * FEATURES.length);
  rawFeatures(block, scores, raw);
  return standardise(raw, block.customers, scale);
}

function scoreStrings(
  { wanted, unwanted, whole }: Cosines,
  facts: StringFacts,
  sample: EventBlock,
  df: Float64Array,
): { scores: StringScores; anchors: number[] } {
  let similarity = largestOf(wanted.map((cosine) => standardised(cosine, df)));
  if (whole) similarity = standardised(halfway(similarity, standardised(whole, df)), df);
  let opposed: Float64Array | undefined;
  if (unwanted.length > 0) {
    const against = largestOf(unwanted.map((cosine) => standardised(cosine, df)));
    opposed = against.map((value, s) => (value > similarity[s]! ? value : GIVEN_WAY));
    similarity = similarity.map((value, s) => (value >= against[s]! ? value : GIVEN_WAY));
  }
  const { lift, anchors } = liftTable(sample, similarity, df);
  const scores = {
    facts,
    similarity,
    attention: attentionOf(similarity),
    lift,
    opposed,
    named: wanted.map(namedDegree),
    namedNot: unwanted.map(namedDegree),
  };
  return { scores, anchors };
}

/** Source: models/training/evidence.py features, `context`. */
function contextOf(
  wanted: Float32Array[],
  anchors: readonly number[],
  df: Float64Array,
  sample: EventBlock,
  against: boolean,
): number[] {
  const present = [...df.keys()].filter((string) => df[string]! > 0);
  const nearest = present
    .map((string) => Math.max(...wanted.map((cosine) => cosine[string]!)))
    .sort((a, b) => b - a)
    .slice(0, FEW);
  const near = new Set(anchors.slice(0, FEW));
  let owners = 0;
  for (let customer = 0; customer < sample.customers; customer++) {
    const owned = sample.string.subarray(sample.start[customer], sample.start[customer + 1]);
    if (owned.some((string) => near.has(string))) owners++;
  }
  const mean = nearest.reduce((sum, cosine) => sum + cosine, 0) / nearest.length;
  return [nearest[0]!, mean, owners / sample.customers, Math.log10(present.length) / 4, against ? 1 : 0];
}
