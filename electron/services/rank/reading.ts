import type { Engine } from '../../engine/engine.js';
import { sourceNumber } from '../import/sources.js';
import { readEmbeddings } from '../index/string-store.js';
import type { Workspace } from '../workspace/workspace.js';
import { negates } from './phrases.js';
import { OUTCOMES, readQuestion, type Question, type Understanding } from './question.js';
import { addCosines } from './similarity.js';
import { isVague } from './vague.js';

/**
 * What could make a question better:
 * - `unnamed`: no thing was recognised in it, so that it is compared as a whole;
 * - `guessed`: it asks who stays or leaves, of which the data say nothing but what stands in a profile;
 * - `vague`: a phrase only praises, so that nothing says which customers are meant;
 * - `absent`: it names something that nothing in the data comes near to;
 * - `unchecked`: nothing has been encoded, so that nobody knows yet what is absent;
 * - `negation-lost`: it says "not", but no thing to keep away from was recognised;
 * - `negation-read`: what to keep away from was recognised.
 */
export type Hint = 'unnamed' | 'guessed' | 'vague' | 'absent' | 'unchecked' | 'negation-lost' | 'negation-read';

/** A phrase of a question and what comes nearest to it in the data. */
export interface ReadPhrase {
  phrase: string;
  isWanted: boolean;
  /** Why the phrase itself may find nobody: the hint of the same name speaks of it. */
  doubt: 'vague' | 'absent' | null;
  /** The nearest strings, the nearest first; empty while nothing has been encoded. `customers` have it. */
  nearest: { text: string; customers: number; cosine: number }[];
}

/** A question as the model reads it, before anybody is ranked. */
export interface Reading {
  understanding: Understanding;
  phrases: ReadPhrase[];
  hints: Hint[];
}

const NEAREST = 4;
/** Below this cosine a phrase is not in the data; between it and 0.6 something like it may be. */
const PRESENT = 0.45;
/** From this cosine on, the data use the very words. */
const CALLED_SO = 0.75;

/**
 * Reads a question and looks its phrases up among the workspace's strings. Ranks nobody and changes nothing.
 * @throws AppError instruction-empty
 */
export async function readAhead(workspace: Workspace, engine: Engine, question: Question): Promise<Reading> {
  const read = await readQuestion(engine, question);
  const { understanding } = read;
  const width = engine.model.shape.textWidth;
  const embedded = [read.wanted, read.unwanted].flatMap((side) =>
    Array.from({ length: side.length / width }, (_, at) => side.subarray(at * width, (at + 1) * width)),
  );
  const nearest = await nearestStrings(workspace, engine, embedded);
  const isWhole = isReadWhole(question, understanding);
  const phrases = [...understanding.wanted, ...understanding.unwanted].map((phrase, at) => {
    const isWanted = at < understanding.wanted.length;
    const found = nearest?.[at] ?? [];
    return { phrase, isWanted, doubt: isWanted ? doubtOf(phrase, isWhole, found) : null, nearest: found };
  });
  const hints = hintsOf(question, understanding, phrases, isWhole);
  const isNamed = phrases.some(({ isWanted, doubt }) => isWanted && doubt === null);
  if (nearest === undefined && !isWhole && isNamed) hints.push('unchecked');
  if (OUTCOMES.has(understanding.direction) && (await hasProfileAlone(workspace))) hints.push('guessed');
  return { understanding, phrases, hints };
}

/** Whether something is known of the customers, and nothing of what they do. */
async function hasProfileAlone(workspace: Workspace): Promise<boolean> {
  const row = await workspace.one<{ alone: boolean | null }>(
    `SELECT bool_and(source = ${sourceNumber('profile')}) AS alone FROM strings`,
  );
  return row?.alone === true;
}

const wordsOf = ({ instruction }: Question): string[] => instruction.trim().split(/\s+/);

/** Whether no phrase of several words was recognised, so that all of them are compared. */
function isReadWhole(question: Question, { wanted }: Understanding): boolean {
  const words = wordsOf(question);
  return wanted.length === 1 && wanted[0] === words.join(' ') && words.length > 1;
}

/** Praise is no doubt where something in the data is called so. */
function doubtOf(phrase: string, isWhole: boolean, [first]: ReadPhrase['nearest']): ReadPhrase['doubt'] {
  if (isVague(phrase)) return first !== undefined && first.cosine >= CALLED_SO ? null : 'vague';
  return !isWhole && first !== undefined && first.cosine < PRESENT ? 'absent' : null;
}

function hintsOf(
  question: Question,
  { unwanted, direction }: Understanding,
  phrases: ReadPhrase[],
  isWhole: boolean,
): Hint[] {
  const words = wordsOf(question);
  const hints: Hint[] = [];
  const isDoubted = (why: ReadPhrase['doubt']): boolean => phrases.some(({ doubt }) => doubt === why);
  if (isDoubted('vague')) hints.push('vague');
  else if (isWhole && !OUTCOMES.has(direction)) hints.push('unnamed');
  if (isDoubted('absent')) hints.push('absent');
  if (unwanted.length > 0) hints.push('negation-read');
  else if (negates(words)) hints.push('negation-lost');
  return hints;
}

/** The strings nearest to each phrase, [phrases][NEAREST]; equal texts of two sources count once. Undefined before encoding. */
async function nearestStrings(
  workspace: Workspace,
  engine: Engine,
  phrases: Float32Array[],
): Promise<ReadPhrase['nearest'][] | undefined> {
  const encoded = await workspace.one('SELECT 1 FROM customer_index LIMIT 1');
  if (!encoded) return undefined;
  const { n: strings } = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM strings'))!;
  const width = engine.model.shape.textWidth;
  const cosines = phrases.map(() => new Float32Array(strings));
  for await (const { first, embedding } of readEmbeddings(workspace, engine, strings))
    for (const [at, phrase] of phrases.entries()) addCosines(phrase, embedding, width, first, [cosines[at]!]);
  const result: ReadPhrase['nearest'][] = [];
  for (const cosine of cosines) {
    // Twice as many as are shown: a text may stand in several sources.
    const best = largest(cosine, 2 * NEAREST);
    const rows = await workspace.all<{ string: number; text: string; df: number }>(
      `SELECT string, text, df FROM strings WHERE string IN (${best.join(', ') || 'NULL'})`,
    );
    const byNumber = new Map(rows.map((row) => [row.string, row]));
    const found = best.flatMap((string) => {
      const row = byNumber.get(string);
      return row ? [{ text: row.text, customers: row.df, cosine: cosine[string]! }] : [];
    });
    result.push(found.filter(({ text }, at) => found.findIndex((one) => one.text === text) === at).slice(0, NEAREST));
  }
  return result;
}

/** Places of the largest values, the largest first. */
function largest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  values.forEach((value, at) => {
    if (best.length === count && value <= values[best.at(-1)!]!) return;
    const place = best.findIndex((other) => values[other]! < value);
    best.splice(place < 0 ? best.length : place, 0, at);
    if (best.length > count) best.pop();
  });
  return best;
}
