import type { Engine } from '../../engine/engine.js';
import { throwIfCancelled, type Task } from '../task.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { bytesAt, chunksOf } from './chunks.js';
import { packHalves, unpackHalves } from './half.js';
import type { StringTable } from './token-batch.js';

/** Texts that are embedded and stored in one transaction. */
const EMBED_BATCH = 512;
/** Strings whose embeddings are held at a time. */
const READ_BATCH = 8192;

/** What is known of every string without its text; index = number of the string. */
export interface StringFacts {
  count: number;
  kind: Uint8Array;
  source: Uint8Array;
}

/** SQL for the content hash of a text under this model's text encoder: another encoder has other embeddings. */
function hashSql(engine: Engine, text: string): string {
  const encoder = [
    engine.model.files['text-encoder.onnx']!.sha256,
    engine.model.files['text-tokenizer.json']!.sha256,
  ].join();
  return `sha256(${literal(encoder)} || ${text})`;
}

/**
 * Embeds the strings whose texts have no embedding yet; what exists is kept, so that a stopped run goes on where it was.
 * @returns how many were embedded
 */
export async function embedStrings(workspace: Workspace, engine: Engine, task: Task): Promise<number> {
  const reader = await workspace.connection.runAndReadAll(
    `SELECT text, ${hashSql(engine, 'text')} AS hash FROM (SELECT DISTINCT text FROM strings)
     WHERE hash NOT IN (SELECT hash FROM string_embeddings) ORDER BY length(text), text`,
  );
  const [texts = [], hashes = []] = reader.getColumns() as [string[], string[]];
  const width = engine.model.shape.textWidth;
  for (let from = 0; from < texts.length; from += EMBED_BATCH) {
    throwIfCancelled(task, 'Encode');
    task.progress({ stage: 'embed strings', done: from, total: texts.length });
    const embeddings = await engine.embedTexts(texts.slice(from, from + EMBED_BATCH));
    await workspace.transaction(async () => {
      const appender = await workspace.connection.createAppender('string_embeddings');
      for (let row = 0; row * width < embeddings.length; row++) {
        appender.appendVarchar(hashes[from + row]!);
        appender.appendBlob(packHalves(embeddings.subarray(row * width, (row + 1) * width)));
        appender.endRow();
      }
      appender.closeSync();
    });
  }
  task.progress({ stage: 'embed strings', done: texts.length, total: texts.length });
  return texts.length;
}

/** Kinds and sources of all strings. */
export async function readStringFacts(workspace: Workspace): Promise<StringFacts> {
  const reader = await workspace.connection.runAndReadAll('SELECT kind, source FROM strings ORDER BY string');
  const [kind = [], source = []] = reader.getColumns() as [number[], number[]];
  return { count: kind.length, kind: Uint8Array.from(kind), source: Uint8Array.from(source) };
}

/** Embeddings [count, textWidth] of the strings first .. first + count; `embedding` is reused for the next batch. */
export interface EmbeddingBatch {
  first: number;
  count: number;
  embedding: Float32Array;
}

/** All strings' embeddings in batches, in the order of their numbers. Needs `embedStrings` before. */
export async function* readEmbeddings(
  workspace: Workspace,
  engine: Engine,
  strings: number,
): AsyncGenerator<EmbeddingBatch> {
  const width = engine.model.shape.textWidth;
  const room = new Float32Array(Math.min(READ_BATCH, strings) * width);
  for (let first = 0; first < strings; first += READ_BATCH) {
    const query = `SELECT e.embedding FROM strings s JOIN string_embeddings e ON e.hash = ${hashSql(engine, 's.text')}
       WHERE s.string >= ${first} AND s.string < ${first + READ_BATCH} ORDER BY s.string`;
    let count = 0;
    for await (const chunk of chunksOf(workspace, query)) {
      const vector = chunk.getColumnVector(0);
      for (let row = 0; row < chunk.rowCount; row++) unpackHalves(bytesAt(vector, row), room, width * count++);
    }
    yield { first, count, embedding: room.subarray(0, count * width) };
  }
}

/**
 * Embeddings of single strings, [strings, textWidth]. Needs `embedStrings` before.
 * @param strings their numbers, ascending and each once
 */
export async function embeddingsOf(
  workspace: Workspace,
  engine: Engine,
  strings: ArrayLike<number>,
): Promise<Float32Array> {
  const width = engine.model.shape.textWidth;
  const result = new Float32Array(strings.length * width);
  if (strings.length === 0) return result;
  const query = `SELECT e.embedding FROM strings s JOIN string_embeddings e ON e.hash = ${hashSql(engine, 's.text')}
     WHERE s.string IN (${Array.from(strings).join(', ')}) ORDER BY s.string`;
  let row = 0;
  for await (const chunk of chunksOf(workspace, query)) {
    const vector = chunk.getColumnVector(0);
    for (let at = 0; at < chunk.rowCount; at++) unpackHalves(bytesAt(vector, at), result, width * row++);
  }
  return result;
}

/** The string table of the engine's learned path over all strings. Needs `embedStrings` before. */
export async function makeStringTable(workspace: Workspace, engine: Engine, facts: StringFacts): Promise<StringTable> {
  const width = engine.model.shape.tokenWidth;
  const rows = new Float32Array(facts.count * width);
  for await (const { first, count, embedding } of readEmbeddings(workspace, engine, facts.count)) {
    if (count > 0)
      rows.set(await engine.learned.stringTable(embedding, facts.source.subarray(first, first + count)), first * width);
  }
  return { rows, width };
}
