import type { Engine } from '../../engine/engine.js';
import type { EventBlock } from '../index/event-block.js';
import { readCustomers, readIndex } from '../index/read-index.js';
import { userEmbeddings } from '../rank/embedding.js';
import { scoreBatch } from '../rank/score.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { customerNumber, textsOf } from './customer-why.js';
import type { ReadyRanking } from './ready-ranking.js';

/** Customers read at a time. */
const BATCH = 1024;
/** The most alike by events, among whom the user embedding decides. */
const CANDIDATES = 512;
/** Events named that two customers share. */
const SHARED = 3;

export interface NearCustomer {
  userId: string;
  rank: number;
  score: number;
  /** Cosine, at most 1. */
  likeness: number;
  /** Texts that both have, the rarest first. */
  shared: string[];
}

export interface Nearest {
  /** What is compared: user embeddings under the instruction, or, while the model learns nothing beyond it, events. */
  by: 'embedding' | 'events';
  customers: NearCustomer[];
}

/**
 * The customers most like one. All are compared by their events, each event weighing its inverse document frequency
 * (Spärck Jones 1972); with a model whose learned path is open, the nearest 512 of them are then compared by the cosine
 * of the user embeddings under the ranking's instruction. Without it the user embedding knows the score alone.
 * @throws AppError customer-unknown
 */
export async function nearestCustomers(
  workspace: Workspace,
  engine: Engine,
  ranking: ReadyRanking,
  userId: string,
  count: number,
  task: Task = unattended,
): Promise<Nearest> {
  const own = await customerNumber(workspace, userId);
  const weight = await inverseFrequency(workspace, ranking.ranks.length);
  const { gate } = ranking.scorer;
  const most = gate > 0 ? Math.max(CANDIDATES, count) : count;
  let found = await alikeByEvents(workspace, weight, own, ranking.ranks.length, most, task);
  if (gate > 0) found = (await byEmbedding(workspace, engine, ranking, own, found)).slice(0, count);
  const customers = await described(workspace, ranking, weight, own, found);
  return { by: gate > 0 ? 'embedding' : 'events', customers };
}

interface Found {
  customer: number;
  likeness: number;
}

const nearestFirst = (a: Found, b: Found): number => b.likeness - a.likeness || a.customer - b.customer;

/** ln(customers / df) of every string: 0 for what everybody has. */
async function inverseFrequency(workspace: Workspace, customers: number): Promise<Float64Array> {
  const reader = await workspace.connection.runAndReadAll('SELECT df FROM strings ORDER BY string');
  const [df = []] = reader.getColumns() as [number[]];
  return Float64Array.from(df, (owners) => Math.log(customers / Math.max(1, owners)));
}

async function alikeByEvents(
  workspace: Workspace,
  weight: Float64Array,
  own: number,
  total: number,
  most: number,
  task: Task,
): Promise<Found[]> {
  const { events: mine } = await readCustomers(workspace, [own], 0);
  const wanted = new Float64Array(weight.length);
  let ownSquare = 0;
  for (const string of mine.string.subarray(0, mine.start[1])) {
    wanted[string] = weight[string]! ** 2;
    ownSquare += wanted[string]!;
  }
  let found: Found[] = [];
  for await (const { first, events } of readIndex(workspace, total, { size: BATCH, tokenSize: 0 })) {
    throwIfCancelled(task, 'Finding like customers');
    task.progress({ stage: 'compare customers', done: first, total });
    for (let at = 0; at < events.customers; at++) {
      const likeness = cosine(events, at, wanted, weight, ownSquare);
      if (likeness > 0 && first + at !== own) found.push({ customer: first + at, likeness });
    }
    if (found.length > 4 * most) found = found.sort(nearestFirst).slice(0, most);
  }
  task.progress({ stage: 'compare customers', done: total, total });
  return found.sort(nearestFirst).slice(0, most);
}

function cosine(block: EventBlock, at: number, wanted: Float64Array, weight: Float64Array, ownSquare: number): number {
  let shared = 0;
  let square = 0;
  for (let event = block.start[at]!, to = block.start[at + 1]!; event < to; event++) {
    const string = block.string[event]!;
    shared += wanted[string]!;
    square += weight[string]! ** 2;
  }
  return shared > 0 ? shared / Math.sqrt(square * ownSquare) : 0;
}

async function byEmbedding(
  workspace: Workspace,
  engine: Engine,
  { scorer }: ReadyRanking,
  own: number,
  candidates: readonly Found[],
): Promise<Found[]> {
  const { gate } = scorer;
  const numbers = [own, ...candidates.map(({ customer }) => customer)].sort((a, b) => a - b);
  const { events } = await readCustomers(workspace, numbers, 0);
  const { evidence, learned } = await scoreBatch(engine, scorer, { first: 0, events });
  const width = engine.model.shape.embeddingWidth;
  const embeddings = userEmbeddings(evidence, learned, gate, width);
  const row = (at: number): Float32Array => embeddings.subarray(at * width, (at + 1) * width);
  const mine = row(numbers.indexOf(own));
  return numbers
    .map((customer, at) => ({ customer, likeness: row(at).reduce((sum, x, k) => sum + x * mine[k]!, 0) }))
    .filter(({ customer }) => customer !== own)
    .sort(nearestFirst);
}

async function described(
  workspace: Workspace,
  { scores, ranks }: ReadyRanking,
  weight: Float64Array,
  own: number,
  found: readonly Found[],
): Promise<NearCustomer[]> {
  if (found.length === 0) return [];
  const numbers = [own, ...found.map(({ customer }) => customer)].sort((a, b) => a - b);
  const { events } = await readCustomers(workspace, numbers, 0);
  const stringsOf = (customer: number): number[] => {
    const at = numbers.indexOf(customer);
    return [...events.string.subarray(events.start[at], events.start[at + 1])];
  };
  const mine = new Set(stringsOf(own));
  const shared = found.map(({ customer }) =>
    stringsOf(customer)
      .filter((string) => mine.has(string))
      .sort((a, b) => weight[b]! - weight[a]! || a - b)
      .slice(0, SHARED),
  );
  const texts = await textsOf(workspace, [...new Set(shared.flat())]);
  const rows = await workspace.all<{ customer: number; userId: string }>(
    `SELECT customer, user_id AS "userId" FROM customers WHERE customer IN (${numbers.join(', ')})`,
  );
  const ids = new Map(rows.map(({ customer, userId }) => [customer, userId]));
  return found.map(({ customer, likeness }, at) => ({
    userId: ids.get(customer)!,
    rank: ranks[customer]!,
    score: scores[ranks[customer]! - 1]!,
    likeness: Math.min(1, likeness),
    shared: shared[at]!.map((string) => texts.get(string)!),
  }));
}
