import type { Engine, InstructionReading, LanguageReading } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { phrasesOf, saidBeforeNegation, UNWANTED, WANTED, withNegations } from './phrases.js';
import { meanRow, unitLength } from './similarity.js';

/** What an analyst asks. `answer` replaces the answer made from the instruction; `contrast` is what is not wanted. */
export interface Question {
  instruction: string;
  answer?: string;
  contrast?: string;
}

/** Directions of the model, in the order of its logits. */
export type Direction = 'present' | 'high' | 'low' | 'active' | 'inactive';

/** How a question was understood; shown to the analyst. */
export interface Understanding {
  /** Phrases that name what the customers should have; the whole instruction where no word names anything. */
  wanted: string[];
  unwanted: string[];
  direction: Direction;
  /** Probability of every direction, summing to 1. */
  directions: Record<string, number>;
  /** The answer text that customers are compared with. */
  answer: string;
}

/** One side of a question, read by the model: what customers are scored by. */
export interface ReadQuestion {
  understanding: Understanding;
  /** Probabilities in the model's order, [D]. */
  directions: Float32Array;
  /** Embeddings of the wanted and unwanted phrases, [P, textWidth] and [Q, textWidth]. */
  wanted: Float32Array;
  unwanted: Float32Array;
  /** The instruction and the answer that was given as one embedding; undefined where the phrases say all. [textWidth] */
  whole: Float32Array | undefined;
  instruction: LanguageReading;
  /** Learned answer embedding, [embeddingWidth - 2]. */
  answer: Float32Array;
  /** Whether the customers meant are those of whom it holds least: `wanted` is then what they should not have. */
  isNegated: boolean;
}

/** Directions about what a customer will do next with us, rather than about what the data should hold. */
export const OUTCOMES: ReadonlySet<Direction> = new Set(['active', 'inactive']);
/** Probability from which an instruction that names something is taken to be about staying or leaving all the same. */
const SURE_OF_OUTCOME = 0.75;
/** Probability from which one that has no word for what is wanted is about staying or leaving. */
const LIKELY_OUTCOME = 0.5;

/**
 * Reads an instruction, its answer and its contrast with the language model.
 * @throws AppError instruction-empty
 */
export async function readQuestion(engine: Engine, question: Question): Promise<ReadQuestion> {
  const words = wordsOf(
    question.instruction,
    'instruction-empty',
    'The instruction is empty',
    'write which customers you look for',
  );
  const instruction = await engine.readInstruction(words);
  const said = await engine.readRoles(instruction, await engine.embedTexts([words.join(' ')]));
  const read = wordRoles(instruction, said.roles, words.length);
  // "Will not come back" is an outcome; "did not order" excludes what was ordered.
  const roles = outcomeOf(engine, said) >= LIKELY_OUTCOME ? read : withNegations(words, read);
  const marked = phrasesOf(words, roles, WANTED);
  const excluded = phrasesOf(words, roles, UNWANTED);
  const contrast = question.contrast?.trim();
  const against = contrast ? [contrast] : [];
  const before = marked.length === 0 && excluded.length > 0 ? saidBeforeNegation(words) : undefined;
  const named = before ? [before] : marked;
  if (named.length === 0 && excluded.length > 0) return readNegated(engine, instruction, excluded, against, question);
  const unwanted = [...new Set([...excluded, ...against])];
  const directions = directionsOf(engine, said, named.length + unwanted.length > 0);
  const isOutcome = OUTCOMES.has(likeliest(engine, directions));
  // An instruction about staying or leaving names what is stayed with, not what the customer's data should hold.
  const phrases = named.length > 0 && !isOutcome ? named : [words.join(' ')];
  const side = await readSide(engine, instruction, directions, phrases, unwanted);
  const answer = await readAnswer(engine, side.understanding, question);
  // As a whole, an instruction that excludes something is also similar to what it excludes.
  const isWhole = !isOutcome && unwanted.length === 0;
  const whole = isWhole ? await readWhole(engine, words.join(' '), question.answer?.trim()) : undefined;
  return { ...side, whole, isNegated: false, answer };
}

/** An instruction that only says what customers should not have is the opposite of one that asks for it. */
async function readNegated(
  engine: Engine,
  instruction: LanguageReading,
  excluded: string[],
  against: string[],
  question: Question,
): Promise<ReadQuestion> {
  const side = await readSide(engine, instruction, onlyPresent(engine), excluded, against);
  const understanding = { ...side.understanding, wanted: [], unwanted: excluded };
  const answer = await readAnswer(engine, understanding, question);
  return { ...side, understanding, whole: undefined, isNegated: true, answer };
}

/** @param answer that was given, if any */
async function readWhole(engine: Engine, instruction: string, answer: string | undefined): Promise<Float32Array> {
  const embedded = await engine.embedTexts(answer ? [instruction, answer] : [instruction]);
  return unitLength(meanRow(embedded, engine.model.shape.textWidth));
}

/**
 * Reads the contrast as the question's other side: the instruction's readout, the contrast's answer and evidence.
 * @param question the side that is wanted, already read
 */
export async function readContrast(engine: Engine, question: ReadQuestion, contrast: string): Promise<ReadQuestion> {
  const words = wordsOf(contrast);
  const read = await readSide(engine, question.instruction, onlyPresent(engine), [words.join(' ')], []);
  read.understanding.answer = words.join(' ');
  return { ...read, whole: undefined, isNegated: false, answer: await embedAnswer(engine, words) };
}

/** The learned embedding of the answer that was given, or of the one made from what was understood. [embeddingWidth - 2] */
async function readAnswer(engine: Engine, understanding: Understanding, question: Question): Promise<Float32Array> {
  understanding.answer = question.answer?.trim() || answerText(understanding);
  return embedAnswer(engine, wordsOf(understanding.answer));
}

async function embedAnswer(engine: Engine, words: readonly string[]): Promise<Float32Array> {
  const { hidden } = await engine.readAnswer(words);
  return engine.learned.answer(hidden, await engine.embedTexts([words.join(' ')]));
}

async function readSide(
  engine: Engine,
  reading: LanguageReading,
  directions: Float32Array,
  wanted: string[],
  unwanted: string[],
): Promise<Omit<ReadQuestion, 'answer' | 'whole' | 'isNegated'>> {
  const embedded = await engine.embedTexts([...wanted, ...unwanted]);
  const split = wanted.length * engine.model.shape.textWidth;
  return {
    understanding: {
      wanted,
      unwanted,
      direction: likeliest(engine, directions),
      directions: Object.fromEntries(engine.model.directions.map((name, at) => [name, directions[at]!])),
      answer: '',
    },
    directions,
    wanted: embedded.subarray(0, split),
    unwanted: embedded.subarray(split),
    instruction: reading,
  };
}

/**
 * Probabilities of the directions, either of having something or of staying or leaving. An instruction that names something
 * is about that thing unless the reader is quite sure of the contrary ("will default on their loan"); one in which no word
 * names anything may still be about something as a whole ("who go shopping for groceries").
 */
function directionsOf(engine: Engine, said: InstructionReading, named: boolean): Float32Array {
  const all = softmax(said.direction);
  const isOutcome = engine.model.directions.map((name) => OUTCOMES.has(name as Direction));
  if (named && Math.max(...all.filter((_, at) => isOutcome[at])) >= SURE_OF_OUTCOME) return all;
  const outcome = !named && outcomeOf(engine, said) >= LIKELY_OUTCOME;
  const possible = all.map((p, at) => (isOutcome[at] === outcome ? p : 0));
  const total = possible.reduce((sum, p) => sum + p, 0);
  return total > 0 ? possible.map((p) => p / total) : all;
}

function onlyPresent(engine: Engine): Float32Array {
  return Float32Array.from(engine.model.directions, (name) => Number(name === 'present'));
}

/** Probability that an instruction is about staying or leaving. */
function outcomeOf(engine: Engine, said: InstructionReading): number {
  return softmax(said.direction).reduce(
    (sum, p, at) => (OUTCOMES.has(engine.model.directions[at] as Direction) ? sum + p : sum),
    0,
  );
}

function likeliest(engine: Engine, directions: Float32Array): Direction {
  return engine.model.directions[directions.indexOf(Math.max(...directions))] as Direction;
}

/** Each word's role: the largest of the mean role logits of its tokens. */
function wordRoles({ tokens }: LanguageReading, roles: Float32Array, words: number): number[] {
  const sums = Array.from({ length: words }, () => [0, 0, 0]);
  // The mean's denominator is the same for the three roles, so that the sums decide alike.
  tokens.word.forEach((word, token) => {
    if (word >= 0) for (let role = 0; role < 3; role++) sums[word]![role]! += roles[token * 3 + role]!;
  });
  return sums.map((sum) => sum.indexOf(Math.max(...sum)));
}

/** The answer that a model trained on such instructions expects, in the words of userqa.py. */
function answerText({ wanted, unwanted, direction }: Understanding): string {
  if (direction === 'active' || direction === 'inactive') return direction;
  if (wanted.length === 0) return `not ${unwanted.join(' or ')}`;
  const phrase = wanted.join(' and ') + (unwanted.length > 0 ? ` but not ${unwanted.join(' or ')}` : '');
  return direction === 'present' ? phrase : `${direction} ${phrase}`;
}

function wordsOf(
  text: string,
  code = 'text-empty',
  message = 'The text is empty',
  remedy = 'write something',
): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) throw new AppError(code, message, remedy);
  return words;
}

function softmax(logits: Float32Array): Float32Array {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
