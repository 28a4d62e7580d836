import { createHash } from 'node:crypto';
import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { withBoundedMemory } from './bounded-memory.js';
import { chunksOf } from './chunks.js';
import { emptyBlock, packEvents, reserve, type EventBlock } from './event-block.js';
import { packHalves } from './half.js';
import { embedStrings, readEmbeddings, readStringFacts, type StringFacts } from './string-store.js';
import { TokenBatcher, type StringTable } from './token-batch.js';

/** Customers that are encoded and stored in one transaction. */
const STORE_BATCH = 4096;
/** Customers of one run of the user-tokens graph. */
const RUN_BATCH = 128;
/** Raise when the meaning of what customer_index holds changes, so that existing workspaces encode again. */
const ENCODE_VERSION = 1;

export interface EncodeReport {
  customers: number;
  /** Customers encoded now; the others were up to date. */
  encoded: number;
  strings: number;
  /** Strings embedded now; the others had an embedding. */
  embedded: number;
  /** Seconds of each stage. */
  seconds: { embed: number; customers: number };
}

/**
 * Embeds the distinct strings and makes every customer's packed events and user tokens, whatever will be asked later.
 * Strings and customers that are up to date are kept; cancelling keeps what is stored, and the next call goes on there.
 * Memory is bounded by the strings and one batch of customers. Needs `derive` before.
 * @throws AppError not-derived
 */
export async function encode(workspace: Workspace, engine: Engine, task: Task = unattended): Promise<EncodeReport> {
  const fingerprint = await encodeFingerprint(workspace, engine);
  const total = await countOf(workspace, 'customers');
  const strings = await countOf(workspace, 'strings');
  const first = await startOrResume(workspace, fingerprint);
  const report: EncodeReport = {
    customers: total,
    encoded: total - first,
    strings,
    embedded: 0,
    seconds: { embed: 0, customers: 0 },
  };
  const start = performance.now();
  // Even an index that is up to date needs its strings' embeddings: an earlier model's do not count.
  report.embedded = await embedStrings(workspace, engine, task);
  const embedded = performance.now();
  report.seconds.embed = (embedded - start) / 1000;
  if (first < total) {
    await withBoundedMemory(workspace, () => encodeCustomers(workspace, engine, first, total, task));
  }
  report.seconds.customers = (performance.now() - embedded) / 1000;
  return report;
}

/** Hash of everything that customer_index depends on: the derived tables and the graphs that encode them. */
export async function encodeFingerprint(workspace: Workspace, engine: Engine): Promise<string> {
  const derived = await workspace.meta('derive_fingerprint');
  if (derived === undefined)
    throw new AppError('not-derived', 'The workspace holds no customers yet', 'import customer data first', {
      file: workspace.path,
    });
  const files = (['text-encoder.onnx', 'text-tokenizer.json', 'string-table.onnx', 'user-tokens.onnx'] as const).map(
    (name) => engine.model.files[name]!.sha256,
  );
  return createHash('sha256')
    .update(JSON.stringify([ENCODE_VERSION, derived, files]))
    .digest('hex');
}

/** The number of the first customer to encode: customers before it are stored and up to date. */
async function startOrResume(workspace: Workspace, fingerprint: string): Promise<number> {
  const stored = await countOf(workspace, 'customer_index');
  const last = await workspace.one<{ last: number | null }>('SELECT max(customer) AS last FROM customer_index');
  const whole = stored === (last?.last ?? -1) + 1;
  if (whole && (await workspace.meta('encode_fingerprint')) === fingerprint) return stored;
  await workspace.transaction(async () => {
    await workspace.run('DELETE FROM customer_index');
    await workspace.setMeta('encode_fingerprint', fingerprint);
  });
  return 0;
}

async function encodeCustomers(
  workspace: Workspace,
  engine: Engine,
  first: number,
  total: number,
  task: Task,
): Promise<void> {
  const facts = await readStringFacts(workspace);
  const table = await makeStringTable(workspace, engine, facts);
  const batcher = new TokenBatcher(table, facts, engine.model.shape.maxEvents);
  const block = emptyBlock(STORE_BATCH);
  for (let from = first; from < total; from += STORE_BATCH) {
    throwIfCancelled(task, 'Encode');
    task.progress({ stage: 'encode customers', done: from, total });
    await readEvents(workspace, block, from, Math.min(STORE_BATCH, total - from));
    const tokens = await userTokensOf(engine, batcher, block, task);
    await workspace.transaction(async () => {
      const appender = await workspace.connection.createAppender('customer_index');
      for (let at = 0; at < block.customers; at++) {
        appender.appendInteger(from + at);
        appender.appendBlob(packEvents(block, at));
        appender.appendBlob(tokens[at]!);
        appender.appendNull();
        appender.endRow();
      }
      appender.closeSync();
    });
  }
  task.progress({ stage: 'encode customers', done: total, total });
}

async function makeStringTable(workspace: Workspace, engine: Engine, facts: StringFacts): Promise<StringTable> {
  const width = engine.model.shape.tokenWidth;
  const rows = new Float32Array(facts.count * width);
  for await (const { first, count, embedding } of readEmbeddings(workspace, engine, facts.count)) {
    if (count > 0)
      rows.set(await engine.stringTable(embedding, facts.source.subarray(first, first + count)), first * width);
  }
  return { rows, width };
}

/** Fills the block with the events of the customers from .. from + count; those without events stay, empty. */
async function readEvents(workspace: Workspace, block: EventBlock, from: number, count: number): Promise<void> {
  let events = 0;
  let customer = 0;
  block.start.fill(0);
  const query = `SELECT customer - ${from}, string, n, value, recency FROM events WHERE customer >= ${from} AND customer < ${from + count} ORDER BY customer, string`;
  for await (const chunk of chunksOf(workspace, query)) {
    reserve(block, events + chunk.rowCount);
    const [who, string, n, value, recency] = [0, 1, 2, 3, 4].map((column) => chunk.getColumnVector(column));
    for (let row = 0; row < chunk.rowCount; row++, events++) {
      for (const owner = who!.getItem(row) as number; customer < owner;) block.start[++customer] = events;
      block.string[events] = string!.getItem(row) as number;
      block.n[events] = n!.getItem(row) as number;
      block.value[events] = (value!.getItem(row) as number | null) ?? NaN;
      block.recency[events] = (recency!.getItem(row) as number | null) ?? NaN;
    }
  }
  while (customer < count) block.start[++customer] = events;
  block.customers = count;
}

/** User tokens of all customers of the block as halves; customers with about as many events run together. */
async function userTokensOf(
  engine: Engine,
  batcher: TokenBatcher,
  block: EventBlock,
  task: Task,
): Promise<Uint8Array[]> {
  const size = (at: number): number => block.start[at + 1]! - block.start[at]!;
  const order = Array.from({ length: block.customers }, (_, at) => at).sort((a, b) => size(a) - size(b) || a - b);
  const width = engine.model.shape.userTokens * engine.model.shape.tokenWidth;
  const result = new Array<Uint8Array>(block.customers);
  for (let from = 0; from < order.length; from += RUN_BATCH) {
    throwIfCancelled(task, 'Encode');
    const chosen = order.slice(from, from + RUN_BATCH);
    const halves = packHalves(await engine.userTokens(batcher.batch(block, chosen)));
    chosen.forEach((at, row) => (result[at] = halves.subarray(2 * row * width, 2 * (row + 1) * width)));
  }
  return result;
}

async function countOf(workspace: Workspace, table: string): Promise<number> {
  const row = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return row?.n ?? 0;
}
