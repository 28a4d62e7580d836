import { setImmediate } from 'node:timers/promises';
import type { Engine } from '../../engine/engine.js';
import { bytesAt, chunksOf } from '../index/chunks.js';
import { appendPacked, emptyBlock, type EventBlock } from '../index/event-block.js';
import { sampledCustomers, type IndexBatch } from '../index/read-index.js';
import { readEmbeddings } from '../index/string-store.js';
import { readColumns } from '../rank/columns.js';
import { rowsOf, type Rows } from '../rank/rows.js';
import { scoreBatch, type ScoredBatch, type Scorer } from '../rank/score.js';
import { throwIfCancelled, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Gathered } from './design.js';

/** Customers of the base that the features are scaled by, evenly spaced by number. */
const SAMPLE = 4096;
const BATCH = 512;
/** Customers whose embeddings are averaged at a stretch. */
const BREATH = 128;
/** Numbers of the customers that stand for the base. */
export function baseSample(total: number): number[] {
  return sampledCustomers(total, Math.min(total, SAMPLE));
}

/** Reads and scores a sample of the base and these customers: what the residual is made of, and their events by row. */
export async function gather(
  workspace: Workspace,
  engine: Engine,
  scorer: Scorer,
  { base, chosen }: { base: readonly number[]; chosen: readonly number[] },
  task: Task,
): Promise<{ gathered: Gathered; events: EventBlock }> {
  const columns = await readColumns(workspace);
  const rowOf = new Map(base.map((customer, row) => [customer, row]));
  for (const customer of chosen) if (!rowOf.has(customer)) rowOf.set(customer, rowOf.size);
  const wanted = [...rowOf.keys()];
  const parts: ScoredBatch[] = [];
  const all = emptyBlock(wanted.length);
  for (let from = 0; from < wanted.length; from += BATCH) {
    throwIfCancelled(task, 'Tuning');
    task.progress({ stage: 'read customers', done: from, total: wanted.length });
    const batch = await readChosen(workspace, wanted.slice(from, from + BATCH), all);
    parts.push(await scoreBatch(engine, scorer, batch));
  }
  task.progress({ stage: 'read customers', done: wanted.length, total: wanted.length });
  const rows = rowsOf(all, columns);
  const gathered: Gathered = {
    columns,
    sampled: base.length,
    examples: Uint32Array.from(chosen, (customer) => rowOf.get(customer)!),
    rows,
    scores: joined(parts.map((part) => part.scores)),
    learned: parts[0]?.learned ? joined(parts.map((part) => part.learned!)) : undefined,
    text: await meanEmbeddings(workspace, engine, rows, columns.strings),
  };
  return { gathered, events: all };
}

/** The customers in the order asked for; their events are added to `all` as well. */
async function readChosen(
  workspace: Workspace,
  customers: readonly number[],
  all: EventBlock,
): Promise<Pick<IndexBatch, 'first' | 'events'>> {
  const events = emptyBlock(customers.length);
  const list = customers.map((customer, place) => `(${customer}, ${place})`).join(',');
  const query = `SELECT events FROM customer_index JOIN (VALUES ${list}) asked(customer, place) USING (customer) ORDER BY place`;
  for await (const chunk of chunksOf(workspace, query)) {
    const packed = chunk.getColumnVector(0);
    for (let row = 0; row < chunk.rowCount; row++) {
      const bytes = bytesAt(packed, row);
      appendPacked(events, bytes);
      appendPacked(all, bytes);
    }
  }
  return { first: 0, events };
}

function joined(parts: readonly Float32Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Mean embedding of every row's strings, weighted as the rows weigh them; 0 for a row without any. */
async function meanEmbeddings(
  workspace: Workspace,
  engine: Engine,
  rows: Rows,
  strings: number,
): Promise<Float64Array> {
  const width = engine.model.shape.textWidth;
  const count = rows.start.length - 1;
  const result = new Float64Array(count * width);
  const sums = stringSums(rows, strings);
  for await (const { first, count: some, embedding } of readEmbeddings(workspace, engine, strings)) {
    for (let row = 0; row < count; row++) {
      // Whoever else asks the process is answered in between.
      if (row % BREATH === 0) await setImmediate();
      for (let at = rows.start[row]!, to = rows.start[row + 1]!; at < to; at++) {
        const from = (rows.column[at]! - first) * width;
        if (from < 0 || from >= some * width) continue;
        const factor = rows.value[at]! / sums[row]!;
        for (let k = 0; k < width; k++) result[row * width + k]! += factor * embedding[from + k]!;
      }
    }
  }
  return result;
}

/** Sum of every row's string columns, its value columns left out; 1 for a row without any. */
export function stringSums(rows: Rows, strings: number): Float64Array {
  return Float64Array.from({ length: rows.start.length - 1 }, (_, row) => {
    let sum = 0;
    for (let at = rows.start[row]!, to = rows.start[row + 1]!; at < to; at++)
      if (rows.column[at]! < strings) sum += rows.value[at]!;
    return sum || 1;
  });
}
