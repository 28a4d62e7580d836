import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import type { EventBlock } from '../index/event-block.js';
import { readEmbeddings, readStringFacts } from '../index/string-store.js';
import { readQuestion, type Question } from '../rank/question.js';
import type { Tuning } from '../rank/rank.js';
import { Readout } from '../rank/readout.js';
import type { ScoredBatch } from '../rank/score.js';
import type { Workspace } from '../workspace/workspace.js';
import { timesEvents, VALUE_SCALE, type EventWeights } from '../rank/rows.js';
import { promptScores } from './soft-prompt.js';
import { fromText, STRING_NAME, type DenseWeights, type TunedVersion } from './tuned-store.js';

/** Weights of every string of the workspace as it is now, [strings] each. */
interface StringWeights extends EventWeights {
  /** Inner product of the string's embedding with the text weights. */
  meaning: Float64Array;
}

/**
 * Makes a tuned version ready to score the workspace as it is now. Strings that came after the tuning count by their
 * meaning alone. Scoring costs a gather and an add per event on top of the untuned score.
 * @throws AppError tuned-other-model
 */
export async function prepareTuning(
  workspace: Workspace,
  engine: Engine,
  tuned: TunedVersion & { weights: DenseWeights },
): Promise<Tuning> {
  if (tuned.model !== engine.model.hash) {
    throw new AppError(
      'tuned-other-model',
      `"${tuned.name}" was tuned on another model or fit`,
      'tune it again with the same examples',
    );
  }
  const strings = await readStringWeights(workspace, engine, tuned);
  const { prompt } = tuned.weights;
  const soft = prompt && { rows: fromText(prompt.rows), direction: fromText(prompt.direction) };
  const readout = prompt && (await readoutOf(workspace, engine, tuned.question));
  return {
    id: tuned.id,
    apply: async (batch) => {
      const scores = tunedScores(batch, tuned.weights, strings);
      if (!soft || !readout) return scores;
      const prompted = await promptScores(readout, soft, batch.events);
      return scores.map((score, at) => score + prompt.weight * prompted[at]!);
    },
  };
}

/** The readout of a question, whether the gate is open or not. */
async function readoutOf(workspace: Workspace, engine: Engine, question: Question): Promise<Readout> {
  return Readout.of(workspace, engine, await readQuestion(engine, question), await readStringFacts(workspace));
}

async function readStringWeights(
  workspace: Workspace,
  engine: Engine,
  { id, weights }: TunedVersion & { weights: DenseWeights },
): Promise<StringWeights> {
  const { count } = await readStringFacts(workspace);
  const reader = await workspace.connection.runAndReadAll(
    `SELECT any_value(coalesce(t.present, 0)) AS present, any_value(coalesce(t.value, 0)) AS value
     FROM strings s LEFT JOIN tuned_strings t ON t.instruction_id = ${Number(id)} AND t.source = s.source AND t.name = ${STRING_NAME}
     GROUP BY s.string ORDER BY s.string`,
  );
  const [present = [], value = []] = reader.getColumns() as [number[], number[]];
  const meaning = new Float64Array(count);
  const width = engine.model.shape.textWidth;
  for await (const { first, count: some, embedding } of readEmbeddings(workspace, engine, count)) {
    for (let at = 0; at < some; at++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += embedding[at * width + k]! * weights.text[k]!;
      meaning[first + at] = sum;
    }
  }
  return { present: Float64Array.from(present), value: Float64Array.from(value, (one) => VALUE_SCALE * one), meaning };
}

function tunedScores(
  { events, scores, learned }: ScoredBatch,
  weights: DenseWeights,
  strings: StringWeights,
): Float32Array {
  const result = timesEvents(events, strings);
  addMeaning(result, events, strings.meaning);
  if (learned) add(result, learned, weights.learned);
  return Float32Array.from(result, (value, at) => weights.constant + weights.slope * scores[at]! + value);
}

/** Adds what the means of the customers' embeddings come to under the text weights. */
function addMeaning(result: Float64Array, { customers, start, string, n }: EventBlock, meaning: Float64Array): void {
  for (let customer = 0; customer < customers; customer++) {
    const [from, to] = [start[customer]!, start[customer + 1]!];
    let sum = 0;
    let amount = 0;
    for (let event = from; event < to; event++) {
      const weight = Math.log2(1 + n[event]!);
      sum += weight * meaning[string[event]!]!;
      amount += weight;
    }
    if (to > from) result[customer]! += sum / amount;
  }
}

function add(result: Float64Array, table: Float32Array, weights: readonly number[]): void {
  const width = weights.length;
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += table[row * width + k]! * weights[k]!;
    result[row]! += sum;
  }
}
