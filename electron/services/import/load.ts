import { ident, literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { readSql, type FileShape } from './probe.js';
import type { ColumnRole } from './roles.js';
import { numberSql, timeSql } from './values.js';

/** What became of a file's data lines: read = accepted + rejected + duplicates. */
export interface Counts {
  read: number;
  accepted: number;
  rejected: number;
  duplicates: number;
}

/** Column ordinal of a cell that made its row unusable, as `bad` in a freshly loaded table. */
const GOOD = 'NULL';

/**
 * Streams a file into the table `rows_<fileId>` in one pass: cells typed by their roles, unusable rows moved to `rejects`.
 * The table has `line` (1 is the header), `user_id`, and c<ordinal> for every column that is not ignored.
 * Runs inside the caller's transaction.
 * @param onePerCustomer a repeated id counts as a duplicate of its first row
 */
export async function loadRows(workspace: Workspace, fileId: number, shape: FileShape, columns: ColumnRole[], onePerCustomer: boolean): Promise<Counts> {
  const table = `rows_${fileId}`;
  const rejectsTable = `reject_errors_${fileId}`;
  const kept = columns.filter((column) => column.role !== 'ignore' && column.role !== 'id');
  const id = columns.find((column) => column.role === 'id')!;
  const cells = kept.map((column) => `${cellSql(column)} AS c${column.ordinal}`);
  const raws = kept.filter((column) => column.role !== 'text').map((column) => `c${column.ordinal} AS raw_${column.ordinal}`);
  const cores = kept.filter(hasCore).map((column) => `number_core(c${column.ordinal}) AS core_${column.ordinal}`);
  const bad = [
    `WHEN user_id IS NULL THEN ${id.ordinal}`,
    ...kept.filter((column) => column.role !== 'text').map((column) => `WHEN c${column.ordinal} IS NULL AND NOT is_gap(raw_${column.ordinal}) THEN ${column.ordinal}`),
  ];
  const line = shape.columns.map((_, at) => `coalesce(c${at + 1}, '')`).join(`, `);
  await workspace.run(`
    CREATE TABLE ${table} AS
    SELECT line, user_id, ${kept.map((column) => `c${column.ordinal}, `).join('')} CASE ${bad.join(' ')} ELSE ${GOOD} END AS bad,
      CASE WHEN bad IS NOT NULL THEN raw END AS raw
    FROM (
      SELECT row_number() OVER () + 1 AS line, CASE WHEN NOT is_blank(c${id.ordinal}) THEN trim(c${id.ordinal}) END AS user_id,
        ${[...cells, ...raws].map((cell) => `${cell}, `).join('')} concat_ws(${literal(shape.delimiter || ',')}, ${line}) AS raw
      FROM ${cores.length > 0 ? `(SELECT *, ${cores.join(', ')} FROM ${readSql(shape, rejectsTable)})` : readSql(shape, rejectsTable)}
    )`);
  const rejected = (await moveBadRows(workspace, fileId, columns)) + (shape.format === 'csv' ? await moveBrokenLines(workspace, fileId, rejectsTable) : 0);
  const duplicates = onePerCustomer ? await dropRepeatedIds(workspace, table) : 0;
  const left = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  const accepted = left?.n ?? 0;
  return { read: accepted + rejected + duplicates, accepted, rejected, duplicates };
}

function cellSql(column: ColumnRole): string {
  const cell = `trim(c${column.ordinal})`;
  switch (column.role) {
    case 'number':
      return numberSql(hasCore(column) ? `core_${column.ordinal}` : cell, column.parse ?? 'plain');
    case 'time':
      return timeSql(cell, column.parse ?? 'iso');
    case 'label':
      return `CASE lower(${cell}) WHEN '1' THEN 1 WHEN '0' THEN 0 END`;
    default:
      return `CASE WHEN NOT is_blank(c${column.ordinal}) THEN ${cell} END`;
  }
}

/** Whether a column's cells go through number_core before they are read. */
function hasCore(column: ColumnRole): boolean {
  return column.role === 'number' && column.parse !== 'plain';
}

const EXPECTED: Partial<Record<ColumnRole['role'], string>> = {
  id: 'the customer id is missing',
  number: 'the cell is not a number',
  time: 'the cell is not a date',
  label: 'the cell is neither 0 nor 1',
};

async function moveBadRows(workspace: Workspace, fileId: number, columns: ColumnRole[]): Promise<number> {
  const table = `rows_${fileId}`;
  const count = await workspace.one<{ n: number }>(`SELECT count(bad) AS n FROM ${table}`);
  if (count && count.n > 0) {
    const reasons = columns.filter((column) => EXPECTED[column.role]).map((column) => `WHEN ${column.ordinal} THEN ${literal(EXPECTED[column.role]!)}`);
    const names = columns.map((column) => `WHEN ${column.ordinal} THEN ${literal(column.name)}`);
    await workspace.run(`
      INSERT INTO rejects SELECT ${fileId}, line, CASE bad ${names.join(' ')} END, CASE bad ${reasons.join(' ')} END, raw
      FROM ${table} WHERE bad IS NOT NULL ORDER BY line`);
    await workspace.run(`DELETE FROM ${table} WHERE bad IS NOT NULL`);
  }
  await workspace.run(`ALTER TABLE ${table} DROP COLUMN bad`);
  await workspace.run(`ALTER TABLE ${table} DROP COLUMN raw`);
  return count?.n ?? 0;
}

/** Lines that DuckDB could not cut into the header's cells. One line may have several errors; it counts once. */
async function moveBrokenLines(workspace: Workspace, fileId: number, rejectsTable: string): Promise<number> {
  await workspace.run(`
    INSERT INTO rejects
    SELECT ${fileId}, min(line), NULL, arg_min(CASE error_type
        WHEN 'MISSING COLUMNS' THEN 'too few cells: ' || lower(regexp_replace(error_message, 'Expected Number of Columns: (\\d+) Found: (\\d+)', '\\2 where \\1 are expected'))
        WHEN 'TOO MANY COLUMNS' THEN 'too many cells: ' || lower(regexp_replace(error_message, 'Expected Number of Columns: (\\d+) Found: (\\d+)', '\\2 where \\1 are expected'))
        WHEN 'UNQUOTED VALUE' THEN 'a quotation mark is not closed, or text follows it'
        WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the line is too long'
        WHEN 'INVALID ENCODING' THEN 'the line is not valid UTF-8'
        ELSE lower(error_type) END, byte_position), left(any_value(csv_line), 10000)
    FROM ${ident(rejectsTable)} GROUP BY line_byte_position ORDER BY min(line)`);
  const count = await workspace.one<{ n: number }>(`SELECT count(DISTINCT line_byte_position) AS n FROM ${ident(rejectsTable)}`);
  await workspace.run(`DROP TABLE ${ident(rejectsTable)}`);
  await workspace.run(`DROP TABLE ${ident(`${rejectsTable}_scan`)}`);
  return count?.n ?? 0;
}

async function dropRepeatedIds(workspace: Workspace, table: string): Promise<number> {
  const before = await workspace.one<{ n: number }>(`SELECT count(*) - count(DISTINCT user_id) AS n FROM ${table}`);
  if (!before || before.n === 0) return 0;
  await workspace.run(`DELETE FROM ${table} WHERE line NOT IN (SELECT min(line) FROM ${table} GROUP BY user_id)`);
  return before.n;
}
