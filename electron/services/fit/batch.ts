import { floats, integers, type Feed, type Feeds } from '../../engine/session.js';
import type { Draws } from './draws.js';
import { placeOf, type Population } from './population.js';
import type { FitQuestion } from './questions.js';

/** Instructions of a step and customers of each. */
export const INSTRUCTIONS = 8;
export const CUSTOMERS = 24;

/** Feeds of fit-step.onnx that a batch decides; names and shapes as BATCH in models/training/fit_step.py. */
export type BatchFeeds = Readonly<Record<string, Feed>>;

/** Draws questions and, of each, customers with and without the target half and half, and lays them out as one batch. */
export function drawBatch(population: Population, questions: readonly FitQuestion[], draws: Draws): BatchFeeds {
  const chosen = Array.from({ length: INSTRUCTIONS }, () => draws.one(questions));
  const rows = chosen.map((question) => drawCustomers(question, draws));
  // How much of the evidence a step shows: all of it or none, so that the learned path is of use with it and without.
  const shown = chosen.map(() => Number(draws.chance(0.5)));
  return {
    ...eventFeeds(population, chosen, rows),
    target: perCustomer(chosen, rows, ({ target }, row) => target[row]!),
    evidence: perCustomer(chosen, rows, ({ evidence }, row, at) => shown[at]! * evidence[row]!),
    ...textFeeds(chosen),
  };
}

/** Rows of a question, the first half with the target; drawn with replacement where there are too few. */
function drawCustomers({ target, customers }: FitQuestion, draws: Draws): number[] {
  const having = (value: number): number[] =>
    Array.from({ length: customers }, (_, row) => row).filter((row) => target[row] === value);
  return [having(1), having(0)].flatMap((rows) => {
    const half = CUSTOMERS / 2;
    return rows.length >= half ? [...draws.some(rows, half)] : Array.from({ length: half }, () => draws.one(rows));
  });
}

function perCustomer(
  chosen: readonly FitQuestion[],
  rows: readonly number[][],
  value: (question: FitQuestion, row: number, at: number) => number,
): Feed {
  const data = Float32Array.from(chosen.flatMap((question, at) => rows[at]!.map((row) => value(question, row, at))));
  return floats(data, INSTRUCTIONS, CUSTOMERS);
}

/** Events [G, n, E], and the embeddings of the strings that occur in them. */
function eventFeeds(population: Population, chosen: readonly FitQuestion[], rows: readonly number[][]): BatchFeeds {
  const width = Math.max(...chosen.map((question) => question.width));
  const cells = INSTRUCTIONS * CUSTOMERS * width;
  const whole = (): BigInt64Array => new BigInt64Array(cells);
  const [string, source, value, recency] = [whole(), whole(), whole(), whole()];
  const [count, mask] = [new Float32Array(cells), new Float32Array(cells)];
  const used = new BatchStrings(population);
  chosen.forEach((question, at) =>
    rows[at]!.forEach((row, place) => {
      for (let column = 0; column < question.width; column++) {
        const from = row * question.width + column;
        const number = question.string[from]!;
        if (number < 0) continue;
        const cell = (at * CUSTOMERS + place) * width + column;
        const local = used.of(number);
        string[cell] = BigInt(local.row);
        source[cell] = BigInt(local.source);
        value[cell] = BigInt(question.value[from]!);
        recency[cell] = BigInt(question.recency[from]!);
        count[cell] = question.count[from]!;
        mask[cell] = 1;
      }
    }),
  );
  const shape = [INSTRUCTIONS, CUSTOMERS, width];
  return {
    ...used.feeds(),
    string: integers(string, ...shape),
    source: integers(source, ...shape),
    value: integers(value, ...shape),
    recency: integers(recency, ...shape),
    count: floats(count, ...shape),
    mask: floats(mask, ...shape),
  };
}

/** The distinct strings of a batch, numbered as they come. */
class BatchStrings {
  private readonly rows = new Map<number, { row: number; source: number; place: number }>();

  constructor(private readonly population: Population) {}

  /** @param number of the string in the workspace */
  of(number: number): { row: number; source: number } {
    const known = this.rows.get(number);
    if (known) return known;
    const place = placeOf(this.population.strings, number);
    const made = { row: this.rows.size, source: this.population.facts.source[place]!, place };
    this.rows.set(number, made);
    return made;
  }

  feeds(): BatchFeeds {
    const { embedding, strings } = this.population;
    const width = embedding.length / strings.length;
    const all = [...this.rows.values()];
    const rows = new Float32Array(all.length * width);
    all.forEach(({ place }, row) => rows.set(embedding.subarray(place * width, (place + 1) * width), row * width));
    return {
      embedding: floats(rows, all.length, width),
      strings: integers(
        BigInt64Array.from(all, ({ source }) => BigInt(source)),
        all.length,
      ),
    };
  }
}

/** What the language model and the text encoder made of the instructions and answers. */
function textFeeds(chosen: readonly FitQuestion[]): BatchFeeds {
  const rows = (of: (question: FitQuestion) => Float32Array): Feed => {
    const all = chosen.map(of);
    const data = new Float32Array(all.length * all[0]!.length);
    all.forEach((row, at) => data.set(row, at * row.length));
    return floats(data, all.length, all[0]!.length);
  };
  const last = (of: (question: FitQuestion) => number): Feed =>
    integers(
      BigInt64Array.from(chosen, (question) => BigInt(of(question) - 1)),
      chosen.length,
    );
  return {
    hidden: padded(chosen.map(({ hidden, length }) => ({ hidden, length }))),
    users: last(({ length }) => length),
    wanted: rows(({ wanted }) => wanted),
    unwanted: rows(({ unwanted }) => unwanted),
    answer_hidden: padded(
      chosen.map(({ answerHidden, answerLength }) => ({ hidden: answerHidden, length: answerLength })),
    ),
    answer_last: last(({ answerLength }) => answerLength),
    answer_text: rows(({ answerText }) => answerText),
  };
}

/** Hidden states of texts, padded to the longest: [texts, T, hidden width]. */
function padded(texts: readonly { hidden: Float32Array; length: number }[]): Feed {
  const longest = Math.max(...texts.map(({ length }) => length));
  const width = texts[0]!.hidden.length / texts[0]!.length;
  const data = new Float32Array(texts.length * longest * width);
  texts.forEach(({ hidden }, at) => data.set(hidden, at * longest * width));
  return floats(data, texts.length, longest, width);
}

/** Feeds as the session takes them. */
export function together(...parts: readonly BatchFeeds[]): Feeds {
  return Object.assign({}, ...parts) as Feeds;
}
