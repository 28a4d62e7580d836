import type { Engine } from '../../engine/engine.js';
import { floats } from '../../engine/session.js';
import { auc } from '../evaluate/metrics.js';
import type { TokenBatch } from '../../engine/learned.js';
import { GATES, similarity } from '../rank/embedding.js';
import { throwIfCancelled, type Task } from '../task.js';
import { placeOf, type Population } from './population.js';
import type { FitQuestion } from './questions.js';

/** Questions without which nothing can be told. */
export const LEAST_QUESTIONS = 4;

/** What one kind of held-back questions says of a set of weights. */
export interface Opening {
  questions: number;
  /** Mean AUC over the questions at every gate of GATES; the first is that of the evidence alone. */
  auc: number[];
  /** The gate to use: the smallest that is within a standard error of the best; 0 where none helps. */
  gate: number;
  /** Mean AUC at that gate, and what it gains over the evidence alone, with the standard error over questions. */
  score: number;
  gain: number;
  error: number;
}

/** What the held-back customers say: of questions that ask to foresee, and of those that name what customers have. */
export interface Verdict extends Opening {
  named: Opening;
}

/** Judges learned weights by questions about customers and targets that the fit does not see. */
export async function judge(
  population: Population,
  questions: readonly FitQuestion[],
  engine: Engine,
  task: Task,
): Promise<Verdict> {
  const table = await engine.learned.stringTable(population.embedding, population.facts.source);
  const [foreseen, named]: [number[][], number[][]] = [[], []];
  for (const question of questions) {
    throwIfCancelled(task, 'Learning');
    (question.named ? named : foreseen).push(await judgeQuestion(population, question, engine, table));
  }
  return { ...openingOf(foreseen), named: openingOf(named) };
}

/** AUC of one question at every gate. */
async function judgeQuestion(
  population: Population,
  question: FitQuestion,
  engine: Engine,
  table: Float32Array,
): Promise<number[]> {
  const { hidden, length, wanted, unwanted, evidence, target } = question;
  const batch = wholeQuestion(population, question, table);
  const asked = { hidden: floats(hidden, length, hidden.length / length), wanted, unwanted };
  const learned = await engine.learned.readout(asked, batch);
  const { answerHidden, answerLength, answerText } = question;
  const answer = await engine.learned.answer(
    floats(answerHidden, answerLength, answerHidden.length / answerLength),
    answerText,
  );
  return GATES.map((gate) => auc(Float64Array.from(similarity(evidence, learned, answer, gate)), target).value);
}

/** All customers of a question as one batch. */
function wholeQuestion(population: Population, question: FitQuestion, table: Float32Array): TokenBatch {
  const { customers, width, count } = question;
  const places = question.string.map((number) => (number < 0 ? -1 : placeOf(population.strings, number)));
  const whole = (values: ArrayLike<number>): BigInt64Array => BigInt64Array.from(Array.from(values, BigInt));
  return {
    customers,
    width,
    table,
    string: whole(places.map((place) => Math.max(0, place))),
    source: whole(places.map((place) => (place < 0 ? 0 : population.facts.source[place]!))),
    value: whole(question.value),
    recency: whole(question.recency),
    count,
    mask: Float32Array.from(places, (place) => Number(place >= 0)),
  };
}

/** The opening from the AUC of every question at every gate; shut where there are too few questions to tell. */
export function openingOf(perQuestion: readonly number[][]): Opening {
  const questions = perQuestion.length;
  const shut = { questions, auc: GATES.map(() => 0.5), gate: 0, score: 0.5, gain: 0, error: 0 };
  if (questions < LEAST_QUESTIONS) return shut;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const means = GATES.map((_, at) => mean(perQuestion.map((row) => row[at]!)));
  const gains = GATES.map((_, at) => perQuestion.map((row) => row[at]! - row[0]!));
  const errors = gains.map((all) => {
    const middle = mean(all);
    return Math.sqrt(mean(all.map((gain) => (gain - middle) ** 2)) / (questions - 1));
  });
  const best = means.indexOf(Math.max(...means));
  const at = means.findIndex((value, place) => place > 0 && value >= means[best]! - errors[best]!);
  const helps = at > 0 && mean(gains[at]!) > errors[at]!;
  const chosen = helps ? at : 0;
  return {
    questions,
    auc: means,
    gate: GATES[chosen]!,
    score: means[chosen]!,
    gain: mean(gains[chosen]!),
    error: errors[at > 0 ? at : best]!,
  };
}
