import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import type { EventBlock } from '../index/event-block.js';
import { readCustomers } from '../index/read-index.js';
import { embeddingsOf, type StringFacts } from '../index/string-store.js';
import type { Workspace } from '../workspace/workspace.js';

/**
 * Events of a choice of customers and the S strings that occur in them. Strings are numbered 0 .. S - 1 in the order of
 * their numbers in the workspace, so that what is counted per string does not grow with strings that nobody here has.
 */
export interface Population {
  /** Their strings are those of the population; each customer's in ascending order. */
  events: EventBlock;
  /** Number of each string in the workspace, ascending, [S]. */
  strings: Int32Array;
  facts: StringFacts;
  text: readonly string[];
  /** Column that each string comes from. */
  column: readonly string[];
  /** [S, textWidth] */
  embedding: Float32Array;
}

/**
 * Events and strings of a choice of customers, in memory: about 1 MB per 1,000 customers of 50 events, and 1.5 MB per
 * 1,000 strings.
 * @param customers numbers of encoded customers, ascending and each once
 * @throws AppError not-encoded
 */
export async function readPopulation(workspace: Workspace, engine: Engine, customers: Int32Array): Promise<Population> {
  const { events: read } = await readCustomers(workspace, [...customers], 0);
  if (read.customers !== customers.length)
    throw new AppError(
      'not-encoded',
      `${customers.length - read.customers} of the customers are not encoded`,
      'prepare the workspace again',
      { file: workspace.path },
    );
  const used = read.start[read.customers]!;
  const strings = Int32Array.from(new Set(read.string.subarray(0, used))).sort();
  const place = new Map(Array.from(strings, (string, at) => [string, at]));
  const events: EventBlock = {
    customers: read.customers,
    start: read.start,
    string: read.string.slice(0, used).map((string) => place.get(string)!),
    n: read.n.slice(0, used),
    value: read.value.slice(0, used),
    recency: read.recency.slice(0, used),
  };
  return {
    events,
    strings,
    ...(await describe(workspace, strings)),
    embedding: await embeddingsOf(workspace, engine, strings),
  };
}

/** Facts, texts and columns of these strings. */
async function describe(
  workspace: Workspace,
  strings: Int32Array,
): Promise<Pick<Population, 'facts' | 'text' | 'column'>> {
  const reader = await workspace.connection.runAndReadAll(
    `SELECT kind, source, text, column_name FROM strings WHERE string IN (SELECT unnest([${strings.join(', ')}]::INTEGER[])) ORDER BY string`,
  );
  const [kind = [], source = [], text = [], column = []] = reader.getColumns() as [
    number[],
    number[],
    string[],
    string[],
  ];
  return {
    facts: { count: strings.length, kind: Uint8Array.from(kind), source: Uint8Array.from(source) },
    text,
    column,
  };
}

/** Place of a string's number among ascending numbers; it is there. */
export function placeOf(strings: Int32Array, number: number): number {
  let [low, high] = [0, strings.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (strings[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
