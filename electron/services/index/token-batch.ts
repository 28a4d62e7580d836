import type { TokenBatch } from '../../engine/learned.js';
import type { EventBlock } from './event-block.js';
import type { StringFacts } from './string-store.js';

const ITEM = 0;

/** Bin of a percentile as the user-tokens graph knows it: 0 for none, else 1 + the eighth it lies in. */
export function valueBin(percentile: number): number {
  return Number.isNaN(percentile) ? 0 : 1 + Math.min(7, Math.floor(percentile * 8));
}

/**
 * Which of a customer's events the source encoders read, as positions in the block, at most `most`. Items come by
 * recency, then by how often; up to half of the room is kept for what else is known (profile, attributes, summaries),
 * as the model learned on mixtures of both. Ties are broken by the string's number, so the choice is always the same.
 */
export function chooseEvents(block: EventBlock, at: number, most: number, facts: StringFacts): number[] {
  const [from, to] = [block.start[at]!, block.start[at + 1]!];
  const all = Array.from({ length: to - from }, (_, i) => from + i);
  if (all.length <= most) return all;
  const recency = (event: number): number => (Number.isNaN(block.recency[event]!) ? -1 : block.recency[event]!);
  const order = (a: number, b: number): number =>
    recency(b) - recency(a) || block.n[b]! - block.n[a]! || block.string[a]! - block.string[b]!;
  const isItem = (event: number): boolean => facts.kind[block.string[event]!] === ITEM;
  const items = all.filter(isItem).sort(order);
  const others = all.filter((event) => !isItem(event)).sort(order);
  const forOthers = Math.min(others.length, Math.max(Math.floor(most / 2), most - items.length));
  return [...items.slice(0, most - forOthers), ...others.slice(0, forOthers)];
}

/** Rows of the string table, [S, width]. */
export interface StringTable {
  rows: Float32Array;
  width: number;
}

/**
 * Makes padded batches of user-token feeds. The table of a batch holds only the strings in it, so that its size does
 * not depend on how many strings the workspace has.
 */
export class TokenBatcher {
  /** Row in the batch's table of a string, valid where `stamp` is the batch's number. */
  private readonly place: Int32Array;
  private readonly stamp: Int32Array;
  private batches = 0;

  constructor(
    private readonly table: StringTable,
    private readonly facts: StringFacts,
    private readonly maxEvents: number,
  ) {
    this.place = new Int32Array(facts.count);
    this.stamp = new Int32Array(facts.count);
  }

  /** The feeds of the block's customers `chosen`. */
  batch(block: EventBlock, chosen: readonly number[]): TokenBatch {
    const events = chosen.map((at) => chooseEvents(block, at, this.maxEvents, this.facts));
    const width = Math.max(1, ...events.map((some) => some.length));
    const cells = chosen.length * width;
    const feeds = {
      string: new BigInt64Array(cells),
      source: new BigInt64Array(cells),
      value: new BigInt64Array(cells),
      recency: new BigInt64Array(cells),
    };
    // Low words of the 64-bit cells: writing them costs no bigint per event.
    const low = {
      string: lowWords(feeds.string),
      source: lowWords(feeds.source),
      value: lowWords(feeds.value),
      recency: lowWords(feeds.recency),
    };
    const count = new Float32Array(cells);
    const mask = new Float32Array(cells);
    const used: number[] = [];
    this.batches++;
    events.forEach((some, row) => {
      some.forEach((event, column) => {
        const cell = row * width + column;
        const string = block.string[event]!;
        low.string[2 * cell] = this.rowOf(string, used);
        low.source[2 * cell] = this.facts.source[string]!;
        low.value[2 * cell] = valueBin(block.value[event]!);
        low.recency[2 * cell] = valueBin(block.recency[event]!);
        count[cell] = Math.log1p(block.n[event]!);
        mask[cell] = 1;
      });
    });
    return { customers: chosen.length, width, table: this.rowsOf(used), ...feeds, count, mask };
  }

  private rowOf(string: number, used: number[]): number {
    if (this.stamp[string] !== this.batches) {
      this.stamp[string] = this.batches;
      this.place[string] = used.length;
      used.push(string);
    }
    return this.place[string]!;
  }

  private rowsOf(used: readonly number[]): Float32Array {
    const { rows, width } = this.table;
    const table = new Float32Array(Math.max(1, used.length) * width);
    used.forEach((string, row) => table.set(rows.subarray(string * width, (string + 1) * width), row * width));
    return table;
  }
}

function lowWords(cells: BigInt64Array): Int32Array {
  return new Int32Array(cells.buffer);
}
