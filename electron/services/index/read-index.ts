import type { DuckDBResult } from '@duckdb/node-api';
import type { Workspace } from '../workspace/workspace.js';
import { bytesAt, chunksIn, chunksOf } from './chunks.js';
import { appendPacked, emptyBlock, type EventBlock } from './event-block.js';
import { unpackHalves } from './half.js';

/** Encoded customers first .. first + events.customers. Everything in it is reused for the next batch. */
export interface IndexBatch {
  first: number;
  events: EventBlock;
  /** User tokens [customers, tokenSize]; empty when they were not asked for. */
  tokens: Float32Array;
}

export interface ReadOptions {
  /** Customers of a batch. */
  size: number;
  /** Floats of one customer's user tokens (userTokens × tokenWidth), or 0 to leave them out. */
  tokenSize: number;
}

/** All encoded customers in the order of their numbers, a batch at a time. */
export async function* readIndex(
  workspace: Workspace,
  total: number,
  { size, tokenSize }: ReadOptions,
): AsyncGenerator<IndexBatch> {
  const events = emptyBlock(size);
  const tokens = new Float32Array(size * tokenSize);
  const from = (first: number): Promise<DuckDBResult> | undefined => {
    if (first >= total) return undefined;
    const result = read(workspace, `customer >= ${first} AND customer < ${first + size}`, tokenSize);
    // Whether it failed is asked when its turn comes, which may be never.
    result.catch(() => undefined);
    return result;
  };
  let next = from(0);
  try {
    for (let first = 0; next; first += size) {
      const result = await next;
      // The database reads the next batch while whoever asked works on this one.
      next = from(first + size);
      clear(events);
      await fill(result, { events, tokens, tokenSize });
      yield { first, events, tokens: tokens.subarray(0, events.customers * tokenSize) };
    }
  } finally {
    // The connection is free again before anybody else goes on with it.
    await next?.catch(() => undefined);
  }
}

/** Numbers of `size` of the customers 0 .. total - 1, evenly spaced. */
export function sampledCustomers(total: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor((i * total) / size));
}

/** Events of at most `most` customers, evenly spaced by number: the same ones for the same workspace. */
export async function sampleEvents(workspace: Workspace, total: number, most: number): Promise<EventBlock> {
  const size = Math.min(total, most);
  const block = emptyBlock(size);
  const chosen = total <= most ? '' : `WHERE customer IN (${sampledCustomers(total, most).join(', ')})`;
  for await (const chunk of chunksOf(workspace, `SELECT events FROM customer_index ${chosen} ORDER BY customer`)) {
    const packed = chunk.getColumnVector(0);
    for (let row = 0; row < chunk.rowCount; row++) appendPacked(block, bytesAt(packed, row));
  }
  return block;
}

/**
 * Events and user tokens of single customers.
 * @param numbers of encoded customers, ascending and each once; theirs is the order of the result
 * @param tokenSize as in ReadOptions
 */
export async function readCustomers(
  workspace: Workspace,
  numbers: readonly number[],
  tokenSize: number,
): Promise<Omit<IndexBatch, 'first'>> {
  const events = emptyBlock(numbers.length);
  const tokens = new Float32Array(numbers.length * tokenSize);
  await fill(await read(workspace, `customer IN (${numbers.join(', ')})`, tokenSize), { events, tokens, tokenSize });
  return { events, tokens };
}

/** What is stored of the customers that the condition chooses, in the order of their numbers. */
function read(workspace: Workspace, condition: string, tokenSize: number): Promise<DuckDBResult> {
  const columns = tokenSize > 0 ? 'events, tokens' : 'events';
  return workspace.connection.run(`SELECT ${columns} FROM customer_index WHERE ${condition} ORDER BY customer`);
}

/** Appends the customers of the result. */
async function fill(
  result: DuckDBResult,
  { events, tokens, tokenSize }: Omit<IndexBatch, 'first'> & { tokenSize: number },
): Promise<void> {
  for await (const chunk of chunksIn(result)) {
    const packed = chunk.getColumnVector(0);
    const halves = tokenSize > 0 ? chunk.getColumnVector(1) : undefined;
    for (let row = 0; row < chunk.rowCount; row++) {
      if (halves) unpackHalves(bytesAt(halves, row), tokens, events.customers * tokenSize);
      appendPacked(events, bytesAt(packed, row));
    }
  }
}

function clear(block: EventBlock): void {
  block.customers = 0;
  block.start[0] = 0;
}
