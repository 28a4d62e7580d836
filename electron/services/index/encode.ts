import { createHash } from 'node:crypto';
import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { withBoundedMemory } from './bounded-memory.js';
import { bytesAt, chunksOf } from './chunks.js';
import { emptyBlock, packEvents, reserve, type EventBlock } from './event-block.js';
import { packHalves } from './half.js';
import { embedStrings, makeStringTable, readStringFacts } from './string-store.js';
import { TokenBatcher } from './token-batch.js';

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
 * Embeds the distinct strings and makes the packed events and user tokens, whatever will be asked later, of every customer
 * whose events are not those that its tokens were made of.
 * Strings and customers that are up to date are kept; cancelling keeps what is stored, and the next call goes on there.
 * Memory is bounded by the strings and one batch of customers. Needs `derive` before.
 * @throws AppError not-derived
 */
export async function encode(workspace: Workspace, engine: Engine, task: Task = unattended): Promise<EncodeReport> {
  await startOrResume(workspace, engine);
  const total = await countOf(workspace, 'customers');
  const strings = await countOf(workspace, 'strings');
  const report: EncodeReport = {
    customers: total,
    encoded: 0,
    strings,
    embedded: 0,
    seconds: { embed: 0, customers: 0 },
  };
  const start = performance.now();
  // Even an index that is up to date needs its strings' embeddings: an earlier model's do not count.
  report.embedded = await embedStrings(workspace, engine, task);
  const embedded = performance.now();
  report.seconds.embed = (embedded - start) / 1000;
  const state = digest([await encodeFingerprint(workspace, engine), await workspace.meta('derivation')]);
  if ((await workspace.meta('encoded')) !== state || (await countOf(workspace, 'customer_index')) !== total) {
    const todo = await findStale(workspace);
    report.encoded = todo.filter(({ tokensHold }) => !tokensHold).length;
    if (todo.length > 0) await withBoundedMemory(workspace, () => encodeCustomers(workspace, engine, todo, task));
    // Looking for stale customers takes longer than the rest of a ranking's preparation.
    await workspace.setMeta('encoded', state);
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
  return digest([derived, await workspace.meta('scale'), encoderFingerprint(engine)]);
}

/** Hash of what makes tokens of events. */
function encoderFingerprint(engine: Engine): string {
  const names = [
    'text-encoder.onnx',
    'text-tokenizer.json',
    'string-table.onnx',
    'user-tokens.onnx',
    'learned.bin',
  ] as const;
  return digest([ENCODE_VERSION, ...names.map((name) => engine.model.files[name]!.sha256)]);
}

function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Takes out what another model encoded, and customers that are gone. */
async function startOrResume(workspace: Workspace, engine: Engine): Promise<void> {
  const fingerprint = await encodeFingerprint(workspace, engine);
  const encoder = encoderFingerprint(engine);
  const isSame = (await workspace.meta('encoder')) === encoder;
  if (isSame && (await workspace.meta('encode_fingerprint')) === fingerprint) return;
  await workspace.transaction(async () => {
    const gone = isSame ? 'customer NOT IN (SELECT customer FROM customers)' : 'true';
    await workspace.run(`DELETE FROM customer_index WHERE ${gone}`);
    await workspace.setMeta('encoder', encoder);
    await workspace.setMeta('encode_fingerprint', fingerprint);
  });
}

/** A customer whose row of customer_index is not that of its events. */
interface Stale {
  customer: number;
  /** Hash of its events; null when they were not derived but put there. */
  hash: bigint | null;
  /** Only the numbers of its strings changed, so that its tokens stay. */
  tokensHold: boolean;
}

async function findStale(workspace: Workspace): Promise<Stale[]> {
  const stale: Stale[] = [];
  const query = `
    SELECT c.customer, s.events_hash, i.events_hash IS NOT NULL AND i.events_hash = s.events_hash AS tokens_hold
    FROM customers c LEFT JOIN customer_states s USING (user_id) LEFT JOIN customer_index i ON i.customer = c.customer
    WHERE i.customer IS NULL OR i.events IS NULL OR i.events_hash IS DISTINCT FROM s.events_hash ORDER BY c.customer`;
  for await (const chunk of chunksOf(workspace, query)) {
    const [customer, hash, tokensHold] = [0, 1, 2].map((column) => chunk.getColumnVector(column));
    for (let row = 0; row < chunk.rowCount; row++)
      stale.push({
        customer: customer!.getItem(row) as number,
        hash: hash!.getItem(row) as bigint | null,
        tokensHold: tokensHold!.getItem(row) as boolean,
      });
  }
  return stale;
}

async function encodeCustomers(
  workspace: Workspace,
  engine: Engine,
  todo: readonly Stale[],
  task: Task,
): Promise<void> {
  const facts = await readStringFacts(workspace);
  const table = await makeStringTable(workspace, engine, facts);
  const batcher = new TokenBatcher(table, facts, engine.model.shape.maxEvents);
  const block = emptyBlock(STORE_BATCH);
  for (let from = 0; from < todo.length; from += STORE_BATCH) {
    throwIfCancelled(task, 'Encode');
    task.progress({ stage: 'encode customers', done: from, total: todo.length });
    const batch = todo.slice(from, from + STORE_BATCH);
    await chooseCustomers(workspace, batch);
    await readEvents(workspace, block, batch.length);
    const kept = await keptTokens(workspace);
    const tokens = await userTokensOf(engine, batcher, block, kept, task);
    await workspace.transaction(async () => {
      await workspace.run('DELETE FROM customer_index WHERE customer IN (SELECT customer FROM encode_chosen)');
      const appender = await workspace.connection.createAppender('customer_index');
      batch.forEach(({ customer, hash }, at) => {
        appender.appendInteger(customer);
        appender.appendBlob(packEvents(block, at));
        appender.appendBlob(tokens[at]!);
        if (hash === null) appender.appendNull();
        else appender.appendHugeInt(hash);
        appender.endRow();
      });
      appender.closeSync();
    });
  }
  await workspace.run('DROP TABLE encode_chosen');
  task.progress({ stage: 'encode customers', done: todo.length, total: todo.length });
}

/** encode_chosen(customer, place, tokens_hold): the customers of a batch, in its order. */
async function chooseCustomers(workspace: Workspace, batch: readonly Stale[]): Promise<void> {
  await workspace.run(
    'CREATE OR REPLACE TEMP TABLE encode_chosen (customer INTEGER, place INTEGER, tokens_hold BOOLEAN)',
  );
  const appender = await workspace.connection.createAppender('encode_chosen');
  batch.forEach(({ customer, tokensHold }, place) => {
    appender.appendInteger(customer);
    appender.appendInteger(place);
    appender.appendBoolean(tokensHold);
    appender.endRow();
  });
  appender.closeSync();
}

/** The stored tokens that hold, by place in the batch. */
async function keptTokens(workspace: Workspace): Promise<Map<number, Uint8Array>> {
  const kept = new Map<number, Uint8Array>();
  const query = `SELECT place, tokens FROM customer_index JOIN encode_chosen USING (customer) WHERE tokens_hold`;
  for await (const chunk of chunksOf(workspace, query)) {
    const [place, tokens] = [0, 1].map((column) => chunk.getColumnVector(column));
    for (let row = 0; row < chunk.rowCount; row++)
      kept.set(place!.getItem(row) as number, bytesAt(tokens!, row).slice());
  }
  return kept;
}

/** Fills the block with the events of the `count` chosen customers; those without events stay, empty. */
async function readEvents(workspace: Workspace, block: EventBlock, count: number): Promise<void> {
  let events = 0;
  let customer = 0;
  block.start.fill(0);
  const query = `SELECT place, string, n, value, recency FROM events JOIN encode_chosen USING (customer) ORDER BY place, string`;
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

/** User tokens of all customers of the block as halves, but for those kept; customers with about as many events run together. */
async function userTokensOf(
  engine: Engine,
  batcher: TokenBatcher,
  block: EventBlock,
  kept: ReadonlyMap<number, Uint8Array>,
  task: Task,
): Promise<Uint8Array[]> {
  const size = (at: number): number => block.start[at + 1]! - block.start[at]!;
  const order = Array.from({ length: block.customers }, (_, at) => at)
    .filter((at) => !kept.has(at))
    .sort((a, b) => size(a) - size(b) || a - b);
  const width = engine.model.shape.userTokens * engine.model.shape.tokenWidth;
  const result = Array.from({ length: block.customers }, (_, at) => kept.get(at) ?? new Uint8Array(0));
  for (let from = 0; from < order.length; from += RUN_BATCH) {
    throwIfCancelled(task, 'Encode');
    const chosen = order.slice(from, from + RUN_BATCH);
    const halves = packHalves(await engine.learned.userTokens(batcher.batch(block, chosen)));
    chosen.forEach((at, row) => (result[at] = halves.subarray(2 * row * width, 2 * (row + 1) * width)));
  }
  return result;
}

async function countOf(workspace: Workspace, table: string): Promise<number> {
  const row = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return row?.n ?? 0;
}
