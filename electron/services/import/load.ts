import { ident, literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { locateRecords } from './lines.js';
import { wordedNumberSql, type NumberWords } from './number-words.js';
import { dropRejects, readSql, type FileShape } from './probe.js';
import type { ColumnRole } from './roles.js';
import { numberSql, timeSql } from './values.js';

/** What became of a file's data lines: read = accepted + rejected + duplicates. */
export interface Counts {
  read: number;
  accepted: number;
  rejected: number;
  duplicates: number;
}

export interface LoadOptions {
  /** Ways of writing numbers that need not be taken apart again in every row. */
  words: NumberWords;
  /** A repeated id counts as a duplicate of its first row. */
  onePerCustomer: boolean;
  /** Query giving the `user_id`s whose rows alone are loaded; all of them without it. */
  only?: string;
}

/**
 * Streams a file into the table `rows_<fileId>` in one pass: cells typed by their roles, unusable rows moved to `rejects`.
 * The table has `user_id` and c<ordinal> for every column that is not ignored; its rows are in the order of the file.
 * What every customer's rows were read from is kept in `row_hashes`. Runs inside the caller's transaction.
 */
export async function loadRows(
  workspace: Workspace,
  fileId: number,
  shape: FileShape,
  columns: ColumnRole[],
  { words, onePerCustomer, only }: LoadOptions,
): Promise<Counts> {
  const table = `rows_${fileId}`;
  const rejectsTable = `reject_errors_${fileId}`;
  const chosen = only === undefined ? '' : ` WHERE user_id IN (${only})`;
  await workspace.run(`CREATE TABLE ${table} AS ${typedSql(shape, columns, words, rejectsTable)}${chosen}`);
  await dropInfinities(workspace, table, columns);
  const unusable = await moveUnusableRows(workspace, fileId, shape, columns);
  const broken = shape.format === 'csv' ? await moveBrokenLines(workspace, fileId, rejectsTable) : [];
  await workspace.run(
    `INSERT INTO row_hashes SELECT ${fileId}, user_id, count(*), sum(row_hash) FROM ${table} GROUP BY user_id; ALTER TABLE ${table} DROP COLUMN row_hash`,
  );
  const duplicates = onePerCustomer ? await dropRepeatedIds(workspace, table) : 0;
  const accepted = (await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))?.n ?? 0;
  const rejected = unusable + broken.length;
  const counts = { read: accepted + rejected + duplicates, accepted, rejected, duplicates };
  if (rejected > 0) await placeRejects(workspace, fileId, shape, broken, counts.read - broken.length);
  return counts;
}

/**
 * One projection over the file, kept cheap because it sets the speed of an import: a row is looked at closely (`bad`,
 * the ordinal of the cell that makes it unusable) only when one of its checked cells came out NULL. Rows are not numbered
 * here: that would keep DuckDB to one thread.
 */
function typedSql(shape: FileShape, columns: ColumnRole[], words: NumberWords, rejectsTable: string): string {
  const kept = columns.filter((column) => column.role !== 'ignore' && column.role !== 'id');
  const checked = kept.filter((column) => column.role !== 'text');
  const id = columns.find((column) => column.role === 'id')!;
  const cores = kept
    .filter((column) => hasCore(column, words))
    .map((column) => `, number_core(c${column.ordinal}) AS core_${column.ordinal}`);
  const values = kept.map((column) => `, ${cellSql(column, words)} AS v${column.ordinal}`);
  const reasons = checked.map(
    (column) => `WHEN v${column.ordinal} IS NULL AND NOT is_gap(c${column.ordinal}) THEN ${column.ordinal}`,
  );
  const suspect = ['user_id', ...checked.map((column) => `v${column.ordinal}`)].map((cell) => `${cell} IS NULL`);
  return `
    SELECT user_id, ${kept.map((column) => `v${column.ordinal} AS c${column.ordinal}, `).join('')}
      CASE WHEN ${suspect.join(' OR ')} THEN (CASE WHEN user_id IS NULL THEN ${id.ordinal} ${reasons.join(' ')} END) END AS bad, row_hash
    FROM (SELECT *, id_cell(c${id.ordinal}) AS user_id, ${rowHashSql(columns)} AS row_hash${values.join('')}
      FROM (SELECT *${cores.join('')} FROM ${readSql(shape, rejectsTable)}))`;
}

/** SQL for the hash of a row's cells c1, c2, … as the file writes them, those of ignored columns left out. */
export function rowHashSql(columns: ColumnRole[]): string {
  const cells = columns.filter((column) => column.role !== 'ignore').map((column) => `c${column.ordinal}`);
  return `hash(${cells.join(', ')})`;
}

/** "inf" and "nan" are read as such; nothing can be computed with them, so they count as missing, like other gaps. */
async function dropInfinities(workspace: Workspace, table: string, columns: ColumnRole[]): Promise<void> {
  for (const { ordinal } of columns.filter((column) => column.role === 'number')) {
    const odd = await workspace.one<{ odd: boolean | null }>(
      `SELECT NOT isfinite(min(c${ordinal})) OR NOT isfinite(max(c${ordinal})) AS odd FROM ${table}`,
    );
    if (odd?.odd) await workspace.run(`UPDATE ${table} SET c${ordinal} = NULL WHERE NOT isfinite(c${ordinal})`);
  }
}

/** Whether a column's cells go through number_core before they are read. */
function hasCore(column: ColumnRole, words: NumberWords): boolean {
  return column.role === 'number' && column.parse !== 'plain' && !words.has(column.ordinal);
}

function cellSql(column: ColumnRole, words: NumberWords): string {
  const cell = `c${column.ordinal}`;
  switch (column.role) {
    case 'number':
      if (words.has(column.ordinal))
        return wordedNumberSql(cell, column.parse ?? 'english', words.get(column.ordinal)!);
      return numberSql(hasCore(column, words) ? `core_${column.ordinal}` : cell, column.parse ?? 'plain');
    case 'time':
      return timeSql(cell, column.parse ?? 'iso');
    case 'label':
      return `label_cell(${cell})`;
    default:
      return `text_cell(${cell})`;
  }
}

/** The reason of a line that is not in the encoding the head of the file was in. */
export const NOT_UTF8 = 'the line is not valid UTF-8';

const EXPECTED: Partial<Record<ColumnRole['role'], string>> = {
  id: 'the customer id is missing',
  number: 'the cell is not a number',
  time: 'the cell is not a date',
  label: 'the cell is neither 0 nor 1',
};

async function moveUnusableRows(
  workspace: Workspace,
  fileId: number,
  shape: FileShape,
  columns: ColumnRole[],
): Promise<number> {
  const table = `rows_${fileId}`;
  const count = (await workspace.one<{ n: number }>(`SELECT count(bad) AS n FROM ${table}`))?.n ?? 0;
  if (count > 0) {
    const reasons = columns
      .filter((column) => EXPECTED[column.role])
      .map((column) => `WHEN ${column.ordinal} THEN ${literal(EXPECTED[column.role]!)}`);
    const names = columns.map((column) => `WHEN ${column.ordinal} THEN ${literal(column.name)}`);
    const cells = shape.columns.map((_, at) => `coalesce(c${at + 1}, '')`).join(', ');
    const again = `reject_again_${fileId}`;
    // Reading the file again for the few raw lines is cheaper than carrying every line along in the first pass. Until
    // placeRejects, the line is the number of the well-formed record, from 1.
    await workspace.run(`
      INSERT INTO rejects
      SELECT ${fileId}, t.record, CASE t.bad ${names.join(' ')} END, CASE t.bad ${reasons.join(' ')} END, left(r.raw, 10000)
      FROM (SELECT * FROM (SELECT row_number() OVER () AS record, bad FROM ${table}) WHERE bad IS NOT NULL) t
        JOIN (SELECT row_number() OVER () AS record, concat_ws(${literal(shape.delimiter || ',')}, ${cells}) AS raw FROM ${readSql(shape, again)}) r ON r.record = t.record
      ORDER BY t.record`);
    await dropRejects(workspace, again);
    await workspace.run(`DELETE FROM ${table} WHERE bad IS NOT NULL`);
  }
  await workspace.run(`ALTER TABLE ${table} DROP COLUMN bad`);
  return count;
}

/**
 * A line that DuckDB could not cut into the header's cells: where it starts in the file, and how many bytes it takes.
 * `record` counts all records before it, the header too.
 */
export interface BrokenLine {
  start: number;
  bytes: number;
  record: number;
}

/** One line may have several errors; it counts once. DuckDB counts bytes from 1, here they count from 0. Until placeRejects, its `line` in rejects is minus its first byte. */
async function moveBrokenLines(workspace: Workspace, fileId: number, rejectsTable: string): Promise<BrokenLine[]> {
  const wanted = `lower(regexp_replace(error_message, 'Expected Number of Columns: (\\d+) Found: (\\d+)', '\\2 where \\1 are expected'))`;
  const lines = await workspace.all<{ start: number; bytes: number; record: number }>(`
    SELECT CAST(line_byte_position AS BIGINT) - 1 AS start, max(strlen(csv_line)) AS bytes, min(line) AS record FROM ${ident(rejectsTable)} GROUP BY start ORDER BY start`);
  await workspace.run(`
    INSERT INTO rejects
    SELECT ${fileId}, -CAST(line_byte_position AS BIGINT) + 1, NULL, arg_min(CASE error_type
        WHEN 'MISSING COLUMNS' THEN 'too few cells: ' || ${wanted}
        WHEN 'TOO MANY COLUMNS' THEN 'too many cells: ' || ${wanted}
        WHEN 'UNQUOTED VALUE' THEN 'a quotation mark is not closed, or text follows it'
        WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the line is too long'
        WHEN 'INVALID ENCODING' THEN ${literal(NOT_UTF8)}
        ELSE lower(error_type) END, byte_position), left(trim(any_value(csv_line), chr(13) || chr(10)), 10000)
    FROM ${ident(rejectsTable)} GROUP BY line_byte_position ORDER BY line_byte_position`);
  await dropRejects(workspace, rejectsTable);
  return lines;
}

/** Gives every reject of a file the line, as an editor counts, on which its record starts; in Parquet, the row from 1. */
async function placeRejects(
  workspace: Workspace,
  fileId: number,
  shape: FileShape,
  broken: BrokenLine[],
  wellFormed: number,
): Promise<void> {
  if (shape.format === 'parquet') return;
  const rejects = await workspace.all<{ line: number }>('SELECT line FROM rejects WHERE file_id = $1 AND line > 0', [
    fileId,
  ]);
  const places = await locateRecords(shape, broken, new Set(rejects.map((reject) => reject.line)), wellFormed);
  const pairs = broken
    .map(({ start, record }) => [-start, places.broken.get(start) ?? record])
    .concat([...places.records]);
  await workspace.run('CREATE OR REPLACE TEMP TABLE reject_places (was BIGINT, line BIGINT)');
  const batch = 1000;
  for (let at = 0; at < pairs.length; at += batch) {
    await workspace.run(
      `INSERT INTO reject_places VALUES ${pairs
        .slice(at, at + batch)
        .map(([was, line]) => `(${was}, ${line})`)
        .join(', ')}`,
    );
  }
  await workspace.run(
    `UPDATE rejects SET line = p.line FROM reject_places p WHERE rejects.file_id = ${fileId} AND rejects.line = p.was; DROP TABLE reject_places`,
  );
}

async function dropRepeatedIds(workspace: Workspace, table: string): Promise<number> {
  const repeated =
    (await workspace.one<{ n: number }>(`SELECT count(*) - count(DISTINCT user_id) AS n FROM ${table}`))?.n ?? 0;
  if (repeated > 0)
    await workspace.run(`DELETE FROM ${table} WHERE rowid NOT IN (SELECT min(rowid) FROM ${table} GROUP BY user_id)`);
  return repeated;
}
