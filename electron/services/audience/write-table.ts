import { renameSync, rmSync } from 'node:fs';
import { DuckDBInstance, type DuckDBAppender } from '@duckdb/node-api';
import { AppError } from '../errors.js';
import { ident, literal } from '../workspace/sql.js';
import { protectCell } from '../import/protected-cell.js';

/** A column to write; all columns of a table have the same length. Numbers keep the seven digits of a stored score. */
export type OutputColumn =
  | { name: string; type: 'text'; values: ArrayLike<string | null> }
  | { name: string; type: 'integer' | 'number'; values: ArrayLike<number | null> };

const SQL_TYPES = { text: 'VARCHAR', integer: 'INTEGER', number: 'FLOAT' } as const;

/**
 * Writes a table as CSV (UTF-8, comma, header; texts that a spreadsheet would run get an apostrophe) or Parquet, by
 * the file's ending. The same columns give the same bytes. The file appears whole or not at all.
 * @throws AppError `file-unwritable`.
 */
export async function writeTable(file: string, columns: readonly OutputColumn[]): Promise<void> {
  const parquet = file.toLowerCase().endsWith('.parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const unfinished = `${file}.unfinished`;
  try {
    const definition = columns.map(({ name, type }) => `${ident(name)} ${SQL_TYPES[type]}`).join(', ');
    await connection.run(`CREATE TABLE output (${definition})`);
    const appender = await connection.createAppender('output');
    const rows = columns[0]?.values.length ?? 0;
    for (let row = 0; row < rows; row++) {
      for (const column of columns) appendCell(appender, column, row, !parquet);
      appender.endRow();
    }
    appender.closeSync();
    const format = parquet ? 'FORMAT parquet, COMPRESSION zstd' : "FORMAT csv, HEADER, DELIMITER ','";
    await connection.run(`COPY output TO ${literal(unfinished)} (${format})`);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new AppError(
      'file-unwritable',
      `The file cannot be written (${detail})`,
      'check the folder and its permissions',
      {
        file,
      },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function appendCell(appender: DuckDBAppender, column: OutputColumn, row: number, protect: boolean): void {
  const value = column.values[row] ?? null;
  if (value === null) appender.appendNull();
  else if (typeof value === 'string') appender.appendVarchar(protect ? protectCell(value) : value);
  else if (column.type === 'integer') appender.appendInteger(value);
  else appender.appendFloat(value);
}
