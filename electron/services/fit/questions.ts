import { setImmediate } from 'node:timers/promises';
import type { Engine } from '../../engine/engine.js';
import { eventsOf, type EventBlock } from '../index/event-block.js';
import { valueBin } from '../index/token-batch.js';
import { phrasesOf, UNWANTED, WANTED } from '../rank/phrases.js';
import type { Direction } from '../rank/question.js';
import { featuresOf, isNamed, prepareEvidence } from '../rank/side.js';
import { addCosines } from '../rank/similarity.js';
import { throwIfCancelled, type Task } from '../task.js';
import { Draws } from './draws.js';
import type { Population } from './population.js';
import { TextReader } from './text-reader.js';
import { wordsOf } from './userqa-text.js';
import { userTasks, type UserTask } from './userqa.js';

/** How sure the evidence is of the direction that an instruction is known to have; as in train_evidence.py. */
const SURE = 0.92;

/** What one training step reads of a UserQA task. Arrays may be shared between questions and must not be changed. */
export interface FitQuestion {
  instruction: string;
  answer: string;
  /** What is asked, by the name that the training has for it: "hidden_item", … */
  kind: string;
  /** Lower hidden states of "Instruction: … <USER>", [length, hidden width]; <USER> is the last row. */
  hidden: Float32Array;
  length: number;
  /** The same of "Answer: … <END>", [answerLength, hidden width]. */
  answerHidden: Float32Array;
  answerLength: number;
  /** Mean embedding of the wanted and of the unwanted phrases (0 where there are none), and that of the answer, [textWidth]. */
  wanted: Float32Array;
  unwanted: Float32Array;
  answerText: Float32Array;
  /** Customers of the question; fewer than asked for where one of the two answers is rare. */
  customers: number;
  /** Events of the customer who has most, at most `maxEvents`. */
  width: number;
  /** Visible events in padded rows [customers, width]: number of the string in the workspace, -1 pads. */
  string: Int32Array;
  /** Bins as `valueBin` has them. */
  value: Uint8Array;
  recency: Uint8Array;
  /** log(1 + n). */
  count: Float32Array;
  /** 0 or 1, [customers]; half of them 1 where there are enough of both. */
  target: Uint8Array;
  /** Evidence of the customers under the instruction, as ranking has it without the hidden events, [customers]. */
  evidence: Float32Array;
  /** Whether the data themselves answer the question; see isNamed. */
  named: boolean;
}

export interface QuestionOptions {
  /** Questions that are wanted. */
  count: number;
  seed: number;
  /** Tasks that are drawn at most; as many as are wanted by default. */
  drawn?: number;
  /** Which of the tasks are written at all; all by default. */
  accepts?: (task: Pick<UserTask, 'answer' | 'kind'>) => boolean;
  /** Customers that a question looks at, and of these the ones that it keeps. */
  customersPerQuestion?: number;
  kept?: number;
  /** Events of a customer; chosen at random where there are more. */
  maxEvents?: number;
}

/**
 * Questions about a population, from its events alone; the same seed gives the same ones. Fewer than wanted, or none,
 * where the population has too little to ask about.
 */
export async function makeQuestions(
  population: Population,
  engine: Engine,
  {
    count,
    seed,
    drawn = count,
    accepts = () => true,
    customersPerQuestion = 1024,
    kept = 64,
    maxEvents = 64,
  }: QuestionOptions,
  task: Task,
): Promise<FitQuestion[]> {
  const writer: Writer = { population, engine, reader: new TextReader(engine), draws: new Draws(seed, 1) };
  const questions: FitQuestion[] = [];
  const report = (): void => task.progress({ stage: 'write questions', done: questions.length, total: count });
  for (const asked of userTasks(population, new Draws(seed, 0), { count: drawn, customers: customersPerQuestion })) {
    throwIfCancelled(task, 'Learning');
    // Drawing a question takes some tens of milliseconds; whoever else waits for this thread has its turn first.
    await setImmediate();
    if (!asked || !accepts(asked)) continue;
    report();
    questions.push(await write(writer, asked, kept, maxEvents));
    if (questions.length === count) break;
  }
  report();
  return questions;
}

interface Writer {
  population: Population;
  engine: Engine;
  reader: TextReader;
  draws: Draws;
}

async function write(writer: Writer, asked: UserTask, most: number, maxEvents: number): Promise<FitQuestion> {
  const { engine, reader, draws } = writer;
  const { words, roles, answer, kind, look, target } = asked;
  const instruction = words.join(' ');
  const named = phrasesOf(words, roles, WANTED);
  const wanted = await reader.embed(named.length > 0 ? named : [instruction]);
  const unwanted = await reader.embed(phrasesOf(words, roles, UNWANTED));
  const whole = named.length > 0 && unwanted.length === 0 ? await reader.embed([instruction]) : [];
  const [answerText] = await reader.embed([answer]);
  const [read, readAnswer] = [await reader.instruction(words), await reader.answer(wordsOf(answer))];
  const seen = eventsOf(look.events, [...target.keys()], asked.hidden);
  const chosen = balanced(target, most, draws);
  const events = eventsOf(seen, chosen);
  const packed = pack(events, writer.population.strings, maxEvents, draws);
  await setImmediate();
  return {
    instruction,
    answer,
    kind,
    hidden: read.hidden,
    length: read.length,
    answerHidden: readAnswer.hidden,
    answerLength: readAnswer.length,
    wanted: mean(wanted, engine.model.shape.textWidth),
    unwanted: mean(unwanted, engine.model.shape.textWidth),
    answerText: answerText!,
    ...packed,
    target: Uint8Array.from(chosen, (customer) => target[customer]!),
    ...(await evidenceOf(writer, asked.direction, { wanted, unwanted, whole }, seen, events)),
  };
}

/** Up to `most` customers, half of each answer where there are enough; never those of whom nothing is seen. Ascending. */
function balanced(target: Int8Array, most: number, draws: Draws): Int32Array {
  const having = (value: number): number[] => [...target.keys()].filter((customer) => target[customer] === value);
  const half = Math.floor(most / 2);
  return Int32Array.from([...draws.some(having(1), half), ...draws.some(having(0), half)]).sort();
}

/** Evidence of the customers of `events`, with all that are seen as the population that ranking would look at. */
async function evidenceOf(
  { engine, population }: Writer,
  direction: Direction,
  texts: Record<'wanted' | 'unwanted' | 'whole', Float32Array[]>,
  seen: EventBlock,
  events: EventBlock,
): Promise<Pick<FitQuestion, 'evidence' | 'named'>> {
  const names = engine.model.directions;
  const directions = Float32Array.from(names, (name) => (name === direction ? SURE : (1 - SURE) / (names.length - 1)));
  const cosines = (phrases: Float32Array[]): Float32Array[] =>
    phrases.map((phrase) => {
      const row = new Float32Array(population.facts.count);
      addCosines(phrase, population.embedding, phrase.length, 0, [row]);
      return row;
    });
  const [wanted, unwanted, [whole]] = [cosines(texts.wanted), cosines(texts.unwanted), cosines(texts.whole)];
  const evidence = await prepareEvidence(directions, { wanted, unwanted, whole }, population.facts, seen);
  return { evidence: await engine.evidence(featuresOf(evidence, events), evidence.context), named: isNamed(evidence) };
}

type Packed = Pick<FitQuestion, 'customers' | 'width' | 'string' | 'value' | 'recency' | 'count'>;

/** The events of all customers of the block in padded rows. @param strings their numbers in the workspace */
function pack(block: EventBlock, strings: Int32Array, most: number, draws: Draws): Packed {
  const { customers, start } = block;
  const chosen = Array.from({ length: customers }, (_, customer) => {
    const [from, to] = [start[customer]!, start[customer + 1]!];
    const all = Array.from({ length: to - from }, (_event, i) => from + i);
    return draws.some(all, most);
  });
  const width = Math.max(...chosen.map((some) => some.length));
  const cells = customers * width;
  const string = new Int32Array(cells).fill(-1);
  const [value, recency] = [new Uint8Array(cells), new Uint8Array(cells)];
  const count = new Float32Array(cells);
  chosen.forEach((some, row) =>
    some.forEach((event, column) => {
      const cell = row * width + column;
      string[cell] = strings[block.string[event]!]!;
      value[cell] = valueBin(block.value[event]!);
      recency[cell] = valueBin(block.recency[event]!);
      count[cell] = Math.log1p(block.n[event]!);
    }),
  );
  return { customers, width, string, value, recency, count };
}

/** Mean of the embeddings; 0 of none. */
function mean(embeddings: readonly Float32Array[], width: number): Float32Array {
  const result = new Float32Array(width);
  for (const embedding of embeddings) for (let k = 0; k < width; k++) result[k]! += embedding[k]! / embeddings.length;
  return result;
}
