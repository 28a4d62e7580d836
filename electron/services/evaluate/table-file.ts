import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { AppError } from '../errors.js';
import { ident, literal } from '../workspace/sql.js';

/** A small table as text, column by column; null is an empty cell. Row i lies at line i + 2 of a plain CSV. */
export interface TextTable {
  file: string;
  columns: string[];
  rows: number;
  cells: Map<string, (string | null)[]>;
}

/**
 * Reads a CSV (delimiter and quoting as DuckDB finds them, gzip by its ending) or Parquet file as text, so that ids
 * keep their leading zeros. UTF-8, UTF-16 with a byte order mark and Latin-1.
 * @param options.header false: the first line is data and columns are named column0, column1, …
 * @throws AppError `file-missing`, `file-empty`, `file-unreadable`.
 */
export async function readTable(file: string, options: { header?: boolean } = {}): Promise<TextTable> {
  if (!existsSync(file)) {
    throw new AppError('file-missing', 'There is no such file', 'check the path', { file });
  }
  if (statSync(file).size === 0)
    throw new AppError('file-empty', 'The file is empty', 'export it again, with a header line and data', { file });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    let failure: unknown;
    for (const source of sources(file, options.header ?? true)) {
      try {
        const names = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`))
          .getRows()
          .map((row) => String(row[0]));
        const texts = names.map((name) => `CAST(${ident(name)} AS VARCHAR)`).join(', ');
        const reader = await connection.runAndReadAll(`SELECT ${texts} FROM ${source}`);
        const columns = reader.getColumns() as (string | null)[][];
        const cells = new Map(names.map((name, i) => [name, columns[i] ?? []]));
        return { file, columns: names, rows: reader.currentRowCount, cells };
      } catch (error) {
        failure = error;
      }
    }
    throw new AppError(
      'file-unreadable',
      `The file cannot be read as a table (${firstLine(failure)})`,
      'save it as CSV with a header line, or as Parquet',
      { file },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The cells of one column. @throws AppError `column-missing`, naming the columns that are there. */
export function column(table: TextTable, name: string): (string | null)[] {
  const cells = table.cells.get(name);
  if (cells) return cells;
  throw new AppError('column-missing', `There is no column "${name}"`, `choose one of: ${table.columns.join(', ')}`, {
    file: table.file,
    column: name,
  });
}

/** Table functions to try in order; the last fits any byte sequence. */
function sources(file: string, header: boolean): string[] {
  if (file.toLowerCase().endsWith('.parquet')) return [`read_parquet(${literal(file)})`];
  const csv = (encoding: string) =>
    `read_csv(${literal(file)}, all_varchar = true, header = ${header}, null_padding = false, encoding = '${encoding}')`;
  return hasUtf16Mark(file) ? [csv('utf-16')] : [csv('utf-8'), csv('latin-1')];
}

function hasUtf16Mark(file: string): boolean {
  const mark = Buffer.alloc(2);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, mark, 0, 2, 0);
  } finally {
    closeSync(handle);
  }
  return mark.readUInt16BE() === 0xfffe || mark.readUInt16BE() === 0xfeff;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 200);
}
