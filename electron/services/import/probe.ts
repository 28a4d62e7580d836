import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import { createGunzip, gunzipSync, constants } from 'node:zlib';
import { AppError } from '../errors.js';
import { ident, literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** What a look at the head of a file tells. `columns` are its header's names, made distinct. */
export interface FileShape {
  path: string;
  name: string;
  bytes: number;
  format: 'csv' | 'parquet';
  gzip: boolean;
  encoding: Encoding;
  /** The head is plain ASCII, so that the encoding may show only further down. */
  ascii: boolean;
  delimiter: string;
  /** Whether the first line holds the names of the columns. */
  header: boolean;
  columns: string[];
}

const HEAD_BYTES = 256 * 1024;
const DELIMITERS = [',', '\t', ';', '|'];

/**
 * Looks at the first 256 KiB of a file: format, compression, encoding, delimiter, header.
 * Parquet files come back without columns; DuckDB knows those.
 * @throws AppError file-missing, file-empty, file-binary, file-not-table, file-no-header, file-no-rows
 */
export async function probe(path: string): Promise<FileShape> {
  const name = basename(path);
  if (!existsSync(path)) throw new AppError('file-missing', 'There is no such file', 'check the path', { file: path });
  const stat = statSync(path);
  if (!stat.isFile())
    throw new AppError('file-missing', 'This is not a file', 'name a CSV or Parquet file', { file: path });
  if (stat.size === 0)
    throw new AppError('file-empty', 'The file is empty', 'export it again, with a header line and data', {
      file: path,
    });

  const base = { path, name, bytes: stat.size };
  const head = await readHead(path, Math.min(stat.size, HEAD_BYTES));
  if (head.toString('latin1', 0, 4) === 'PAR1') {
    return {
      ...base,
      format: 'parquet',
      gzip: false,
      encoding: 'utf-8',
      ascii: false,
      delimiter: '',
      header: true,
      columns: [],
    };
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const content = gzip ? inflateHead(head, path) : head;
  const encoding = detectEncoding(content, path);
  if (isJson(content)) throw notATable(path);
  const records = parseHead(
    decodeHead(content, encoding),
    content.length < HEAD_BYTES || (!gzip && stat.size <= HEAD_BYTES),
  );
  const header = records.rows[0];
  if (!header || header.every((cell) => cell.trim() === '')) {
    throw new AppError('file-no-header', 'The file has no header line', 'put the column names into the first line', {
      file: path,
      line: 1,
    });
  }
  if (records.rows.length < 2) {
    throw new AppError('file-no-rows', 'The file has a header but no rows', 'export it again with its data', {
      file: path,
      line: 2,
    });
  }
  return {
    ...base,
    format: 'csv',
    gzip,
    encoding,
    ascii: encoding === 'utf-8' && content.every((byte) => byte < 0x80),
    delimiter: records.delimiter,
    header: true,
    columns: distinctNames(header),
  };
}

async function readHead(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function inflateHead(head: Buffer, path: string): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, HEAD_BYTES);
  } catch {
    throw new AppError('file-binary', 'The gzip file is damaged', 'compress it again', { file: path });
  }
}

function detectEncoding(head: Buffer, path: string): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const sample = head.subarray(0, 4096);
  const zeros = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2]! += 1;
  });
  const half = sample.length / 2;
  // ASCII text in UTF-16 has a zero in every other byte; a zero anywhere else means that this is no text.
  if (zeros[1]! > 0.4 * half && zeros[0]! < 0.05 * half) return 'utf-16le';
  if (zeros[0]! > 0.4 * half && zeros[1]! < 0.05 * half) return 'utf-16be';
  if (head.includes(0)) {
    throw new AppError(
      'file-binary',
      'This is not a text table (it holds binary data)',
      'import CSV, TSV or Parquet; save a spreadsheet as CSV first',
      { file: path },
    );
  }
  return isUtf8(head) ? 'utf-8' : 'windows-1252';
}

/** Whether a text starts as JSON does: an object or a list of them, with a quoted name. */
function isJson(head: Buffer): boolean {
  return /^\uFEFF?\s*(\[\s*)?\{\s*"/u.test(head.toString('utf8', 0, 256));
}

function notATable(path: string): AppError {
  return new AppError('file-not-table', 'This is JSON, not a table', 'save it as CSV or Parquet, one row per record', {
    file: path,
  });
}

function isUtf8(head: Buffer): boolean {
  try {
    // `stream` forgives a character cut in two by the end of the head.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** As a stream, because Node reads Windows-1252 as Latin-1 when it gets it in one piece: "Umsatz (€)" would lose its sign. */
function decodeHead(head: Buffer, encoding: Encoding): string {
  return new TextDecoder(encoding).decode(head, { stream: true });
}

interface Records {
  delimiter: string;
  rows: string[][];
}

/** The delimiter under which the first records agree best on a number of cells, with those records. */
function parseHead(text: string, whole: boolean): Records {
  const readings = DELIMITERS.map((delimiter) => {
    const rows = splitRecords(text, delimiter, whole, 200);
    const width = rows[0]?.length ?? 0;
    const agreeing = rows.filter((row) => row.length === width).length / Math.max(1, rows.length);
    return { delimiter, rows, score: width > 1 ? agreeing * Math.min(width, 4) : 0 };
  });
  return readings.reduce((best, reading) => (reading.score > best.score ? reading : best));
}

function splitRecords(text: string, delimiter: string, whole: boolean, limit: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length && rows.length < limit; at += 1) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[(at += 1)]!;
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      row.push(cell);
      cell = '';
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[at + 1] === '\n') at += 1;
      if (cell !== '' || row.length > 0) rows.push([...row, cell]);
      row = [];
      cell = '';
    } else cell += character;
  }
  // The last record of a cut head may be incomplete.
  if (whole && rows.length < limit && (cell !== '' || row.length > 0)) rows.push([...row, cell]);
  return rows;
}

/** Trimmed names; an empty one becomes "column 3", a repeated one gets its number. */
export function distinctNames(header: string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((cell, at) => {
    const name = cell.replace(/\s+/g, ' ').trim() || `column ${at + 1}`;
    const times = (seen.get(name.toLowerCase()) ?? 0) + 1;
    seen.set(name.toLowerCase(), times);
    return times === 1 ? name : `${name} ${times}`;
  });
}

/**
 * The same file as DuckDB can read it: UTF-8. Other encodings are rewritten, streaming, into `folder`, which the caller removes.
 */
export async function asUtf8(shape: FileShape, folder: string): Promise<FileShape> {
  if (shape.encoding === 'utf-8') return shape;
  const path = join(folder, 'utf8.csv');
  const decoder = new TextDecoder(shape.encoding);
  const decode = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, decoder.decode(chunk, { stream: true }));
    },
    flush(done) {
      done(null, decoder.decode());
    },
  });
  const input = createReadStream(shape.path);
  if (shape.gzip) await pipeline(input, createGunzip(), decode, createWriteStream(path));
  else await pipeline(input, decode, createWriteStream(path));
  return { ...shape, path, encoding: 'utf-8', gzip: false };
}

/** The shape with its column names, which for Parquet only DuckDB knows. @throws AppError file-binary */
export async function withColumns(workspace: Workspace, shape: FileShape): Promise<FileShape> {
  if (shape.format === 'csv') return shape;
  const rows = await workspace
    .all<{ column_name: string }>(`DESCRIBE SELECT * FROM read_parquet(${literal(shape.path)})`)
    .catch(() => {
      throw new AppError('file-binary', 'The Parquet file is damaged', 'export it again', { file: shape.path });
    });
  return { ...shape, columns: distinctNames(rows.map((row) => row.column_name)) };
}

/**
 * The table expression that reads a file as VARCHAR columns c1, c2, … in file order.
 * @param rejectsTable temporary table that collects the lines that are not of the header's shape; dropped by dropRejects.
 *   (DuckDB's ignore_errors would do without one, but stops reading at the first misplaced quotation mark.)
 */
export function readSql(shape: FileShape, rejectsTable: string): string {
  if (shape.format === 'parquet') {
    const cells = shape.columns.map((_, at) => `CAST(#${at + 1} AS VARCHAR) AS c${at + 1}`);
    return `(SELECT ${cells.join(', ')} FROM read_parquet(${literal(shape.path)}))`;
  }
  const columns = shape.columns.map((_, at) => `'c${at + 1}': 'VARCHAR'`).join(', ');
  const options = [
    'auto_detect = false',
    `header = ${shape.header}`,
    `delim = ${literal(shape.delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `columns = {${columns}}`,
    `compression = '${shape.gzip ? 'gzip' : 'none'}'`,
    `store_rejects = true, rejects_table = ${literal(rejectsTable)}, rejects_scan = ${literal(`${rejectsTable}_scan`)}`,
  ];
  return `read_csv(${literal(shape.path)}, ${options.join(', ')})`;
}

/** Drops what readSql collected. */
export async function dropRejects(workspace: Workspace, rejectsTable: string): Promise<void> {
  await workspace.run(
    `DROP TABLE IF EXISTS ${ident(rejectsTable)}; DROP TABLE IF EXISTS ${ident(`${rejectsTable}_scan`)}`,
  );
}

/** The first rows of a file as a temporary table of the given name, columns as in readSql. */
export async function takeSample(workspace: Workspace, shape: FileShape, table: string, rows: number): Promise<void> {
  await workspace.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${readSql(shape, `${table}_rejects`)} LIMIT ${rows}`,
  );
  await dropRejects(workspace, `${table}_rejects`);
}

/** SHA-256 of a file's bytes as they lie on the disk, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  return (await hashWithStart(path)).whole;
}

/** SHA-256 of a file, and of its first bytes where it has more than those. */
export interface FileHash {
  whole: string;
  start?: string;
}

/** The hash of a file, and on the way that of its first `bytes` bytes. */
export async function hashWithStart(path: string, bytes = 0): Promise<FileHash> {
  const hash = createHash('sha256');
  let start: string | undefined;
  let left = bytes;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const isReached = left > 0 && chunk.length > left;
    if (isReached) start = hash.update(chunk.subarray(0, left)).copy().digest('hex');
    hash.update(isReached ? chunk.subarray(left) : chunk);
    left = isReached ? 0 : left - chunk.length;
  }
  const whole = hash.digest('hex');
  return start === undefined ? { whole } : { whole, start };
}
