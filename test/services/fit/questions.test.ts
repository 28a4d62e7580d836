import { serialize } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { readPopulation, type Population } from '../../../electron/services/fit/population.js';
import { makeQuestions, type FitQuestion } from '../../../electron/services/fit/questions.js';
import { Cancelled } from '../../../electron/services/errors.js';
import type { EventBlock } from '../../../electron/services/index/event-block.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { sampleEvents } from '../../../electron/services/index/read-index.js';
import { readStringFacts } from '../../../electron/services/index/string-store.js';
import { valueBin } from '../../../electron/services/index/token-batch.js';
import type { ReadQuestion } from '../../../electron/services/rank/question.js';
import { featuresOf, prepareSide } from '../../../electron/services/rank/side.js';
import { unattended, type Progress } from '../../../electron/services/task.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const CUSTOMERS = 300;
let workspace: Workspace;
let engine: Engine;
let everybody: Population;
let questions: FitQuestion[];

const numbers = (count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => at);
const ask = (count: number, seed = 3, options = {}): Promise<FitQuestion[]> =>
  makeQuestions(everybody, engine, { count, seed, ...options }, unattended);

beforeAll(async () => {
  engine = await Engine.load(TINY_MODEL, 'cpu');
  ({ workspace } = await tinyWorkspace(CUSTOMERS));
  await prepare(workspace, engine);
  everybody = await readPopulation(workspace, engine, numbers(CUSTOMERS + 1));
  questions = await ask(40);
}, 60_000);
afterAll(async () => {
  await engine.release();
  workspace.close();
});

describe('a population', () => {
  it('has the events of the chosen customers, and the strings that occur in them', async () => {
    const some = Int32Array.of(3, 8, 200);
    const population = await readPopulation(workspace, engine, some);
    const found = [...some].flatMap((_, at) => {
      const [from, to] = [population.events.start[at]!, population.events.start[at + 1]!];
      return [...population.events.string.subarray(from, to)].map((string) => ({ at, text: population.text[string]! }));
    });
    const rows = await workspace.all<{
      customer: number;
      text: string;
      column_name: string;
      kind: number;
      string: number;
    }>(
      'SELECT customer, string, text, column_name, kind FROM events JOIN strings USING (string) WHERE customer IN (3, 8, 200) ORDER BY customer, string',
    );
    expect(found).toEqual(rows.map(({ customer, text }) => ({ at: some.indexOf(customer), text })));
    expect([...population.strings]).toEqual([...new Set(rows.map(({ string }) => string))].sort((a, b) => a - b));
    for (const { string, column_name: column, kind } of rows) {
      const place = population.strings.indexOf(string);
      expect([population.column[place], population.facts.kind[place]]).toEqual([column, kind]);
    }
    const first = await engine.embedTexts([population.text[0]!]);
    first.forEach((value, k) => expect(population.embedding[k]).toBeCloseTo(value, 2));
  });

  it('is refused when some of its customers are not encoded', async () => {
    await expect(readPopulation(workspace, engine, Int32Array.of(1, 99_999))).rejects.toMatchObject({
      code: 'not-encoded',
    });
  });
});

describe('questions', () => {
  it('have the events, bins and balanced targets that a step reads', () => {
    expect(questions).toHaveLength(40);
    const { shape } = engine.model;
    for (const q of questions) {
      const cells = q.customers * q.width;
      expect([q.string, q.value, q.recency, q.count].map(({ length }) => length)).toEqual([cells, cells, cells, cells]);
      expect([q.target.length, q.evidence.length]).toEqual([q.customers, q.customers]);
      expect([q.wanted, q.unwanted, q.answerText].map(({ length }) => length)).toEqual(Array(3).fill(shape.textWidth));
      expect(q.customers).toBeLessThanOrEqual(64);
      const positive = q.target.reduce((sum, value) => sum + value, 0);
      expect(positive).toBeGreaterThanOrEqual(6);
      expect(positive).toBeLessThanOrEqual(32);
      expect(q.evidence.every(Number.isFinite)).toBe(true);
      for (let row = 0; row < q.customers; row++) expect(q.string[row * q.width]).toBeGreaterThanOrEqual(0);
      q.string.forEach((string, cell) => {
        if (string < 0 ? q.value[cell]! + q.recency[cell]! + q.count[cell]! !== 0 : q.count[cell]! < Math.LN2 - 1e-6)
          expect.unreachable(`cell ${cell} of "${q.instruction}"`);
      });
    }
  });

  it('show no string that was hidden', () => {
    const hidden = questions.filter(({ kind }) => kind === 'hidden_item' || kind === 'hidden_attribute');
    expect(hidden.length).toBeGreaterThan(5);
    for (const q of hidden) {
      const shown = new Set([...q.string].filter((string) => string >= 0).map((number) => everybody.text[everybody.strings.indexOf(number)]!)); // prettier-ignore
      const text = q.kind === 'hidden_item' ? q.answer : q.answer.replace(' ', ': ');
      expect([...shown].filter((other) => other === text || other.endsWith(`: ${text}`))).toEqual([]);
      if (q.kind === 'hidden_attribute') expect([...shown].some((other) => other.startsWith('region'))).toBe(false);
    }
  });

  it('carry what the language model and the text encoder make of their words', async () => {
    const negation = questions.find(({ unwanted }) => unwanted.some((value) => value !== 0))!;
    expect(negation.kind).toBe('combination');
    const read = await engine.readInstruction(negation.instruction.split(' '));
    const answered = await engine.readAnswer(negation.answer.split(/\s+/));
    expect([negation.length, negation.answerLength]).toEqual([read.tokens.ids.length, answered.tokens.ids.length]);
    expect(serialize([negation.hidden, negation.answerHidden]).equals(serialize([read.hidden.data, answered.hidden.data]))).toBe(true); // prettier-ignore
    const text = await engine.embedTexts([negation.answer]);
    negation.answerText.forEach((value, k) => expect(value).toBeCloseTo(text[k]!, 5));
  });

  it('repeat with the seed, also those drawn before more are asked for, and differ between seeds', async () => {
    expect(serialize(await ask(12)).equals(serialize(questions.slice(0, 12)))).toBe(true);
    expect((await ask(12, 4)).map(({ instruction }) => instruction)).not.toEqual(questions.slice(0, 12).map(({ instruction }) => instruction)); // prettier-ignore
  });

  it('keep as many customers and events as asked for', async () => {
    for (const q of await ask(10, 3, { kept: 16, maxEvents: 3, customersPerQuestion: 200 })) {
      expect(q.customers).toBeLessThanOrEqual(16);
      expect(q.width).toBeLessThanOrEqual(3);
    }
  });

  it('are only written where the task is accepted, and are as many as wanted all the same', async () => {
    const isOdd = ({ answer }: { answer: string }): boolean => answer.length % 2 === 1;
    const odd = await ask(10, 3, { drawn: 50, accepts: isOdd });
    expect(odd).toHaveLength(10);
    const all = questions.filter(isOdd).map(({ instruction }) => instruction);
    expect(odd.map(({ instruction }) => instruction).slice(0, all.length)).toEqual(all.slice(0, 10));
  });

  it('tell how far they are, and stop when cancelled', async () => {
    const controller = new AbortController();
    const reports: Progress[] = [];
    const task = {
      signal: controller.signal,
      progress: (report: Progress) => {
        reports.push(report);
        if (report.done === 3) controller.abort();
      },
    };
    await expect(makeQuestions(everybody, engine, { count: 10, seed: 3 }, task)).rejects.toBeInstanceOf(Cancelled);
    expect(reports.map(({ done }) => done)).toEqual([0, 1, 2, 3]);
    expect(reports[0]).toEqual({ stage: 'write questions', done: 0, total: 10 });
  });
});

describe('evidence of a question', () => {
  it('is what ranking computes over the workspace without the hidden events', async () => {
    const facts = await readStringFacts(workspace);
    const all = await sampleEvents(workspace, CUSTOMERS + 1, 8192);
    const items = questions.filter(({ kind, customers }) => kind === 'hidden_item' && customers > 0);
    expect(items.length).toBeGreaterThan(2);
    for (const q of items) {
      const shown = new Set(q.string);
      const isHidden = (string: number): boolean => textMatches(string, q.answer) || (facts.kind[string] === 3 && !shownSummary(facts.kind, shown)); // prettier-ignore
      const seen = without(all, isHidden);
      const read = { directions: directions(0.92), wanted: q.wanted, unwanted: new Float32Array(0), whole: await engine.embedTexts([q.instruction]) } as unknown as ReadQuestion; // prettier-ignore
      const side = await prepareSide(workspace, engine, read, facts, seen);
      const ranked = await engine.evidence(featuresOf(side, seen), side.context);
      // The question's customers are found again by their visible events.
      for (let row = 0; row < q.customers; row++) {
        const same = customersLike(seen, q, row).map((customer) => ranked[customer]!);
        expect(Math.min(...same.map((evidence) => Math.abs(evidence - q.evidence[row]!)))).toBeLessThan(1e-4);
      }
    }
  });
});

const directions = (sure: number): Float32Array =>
  Float32Array.from(engine.model.directions, (name) => (name === 'present' ? sure : (1 - sure) / 4));
const textMatches = (string: number, phrase: string): boolean => {
  const text = everybody.text[everybody.strings.indexOf(string)] ?? '';
  return text === phrase || text.endsWith(`: ${phrase}`);
};
const shownSummary = (kind: Uint8Array, shown: Set<number>): boolean => [...shown].some((string) => kind[string] === 3);

function without(block: EventBlock, isHidden: (string: number) => boolean): EventBlock {
  const kept: number[] = [];
  const start = new Uint32Array(block.customers + 1);
  for (let customer = 0; customer < block.customers; customer++) {
    for (let event = block.start[customer]!; event < block.start[customer + 1]!; event++)
      if (!isHidden(block.string[event]!)) kept.push(event);
    start[customer + 1] = kept.length;
  }
  return {
    customers: block.customers,
    start,
    string: Uint32Array.from(kept, (event) => block.string[event]!),
    n: Uint32Array.from(kept, (event) => block.n[event]!),
    value: Float32Array.from(kept, (event) => block.value[event]!),
    recency: Float32Array.from(kept, (event) => block.recency[event]!),
  };
}

/** Customers of the block whose strings and bins are those of the question's row. */
function customersLike(block: EventBlock, q: FitQuestion, row: number): number[] {
  const cells = Array.from({ length: q.width }, (_, column) => row * q.width + column);
  const own = cells.filter((cell) => q.string[cell]! >= 0).map((cell) => `${q.string[cell]} ${q.value[cell]} ${q.recency[cell]}`); // prettier-ignore
  return Array.from({ length: block.customers }, (_, customer) => customer).filter((customer) => {
    const events = Array.from(
      { length: block.start[customer + 1]! - block.start[customer]! },
      (_, i) => block.start[customer]! + i,
    );
    const said = events.map(
      (event) => `${block.string[event]} ${valueBin(block.value[event]!)} ${valueBin(block.recency[event]!)}`,
    );
    return said.join() === own.join();
  });
}
