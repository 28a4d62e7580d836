import { AppError } from '../errors.js';
import { isList, partsSql } from '../import/detect-list.js';
import { literal } from '../workspace/sql.js';
import type { DerivedFile } from './derived-file.js';

/** Rows to leave out: those whose cell in `column` is `value`, in every file that has the column or in `file` alone. */
export interface Hide {
  file?: string;
  column: string;
  value: string;
}

/**
 * Reads `COLUMN=VALUE` or `FILE:COLUMN=VALUE`.
 * @throws AppError hide-invalid
 */
export function parseHide(text: string): Hide {
  const match = /^(?:([^:=]+\.[^:=]+):)?([^=]+)=(.*)$/s.exec(text);
  if (!match)
    throw new AppError(
      'hide-invalid',
      `"${text}" does not say what to hide`,
      'write COLUMN=VALUE or FILE:COLUMN=VALUE',
    );
  return { ...(match[1] ? { file: match[1] } : {}), column: match[2]!, value: match[3]! };
}

/** A hide as `parseHide` reads it. */
export function hideText({ file, column, value }: Hide): string {
  return `${file === undefined ? '' : `${file}:`}${column}=${value}`;
}

/** The SQL condition that picks the rows to hide in a file, or undefined when the file is not concerned. */
export function hideCondition(hide: Hide, file: DerivedFile): string | undefined {
  if (hide.file !== undefined && hide.file !== file.name) return undefined;
  const column = file.columns.find((candidate) => candidate.name === hide.column);
  if (!column || column.role === 'ignore') return undefined;
  const value = literal(hide.value);
  if (column.role === 'id') return `user_id = ${value}`;
  const cell = `c${column.ordinal}`;
  if (column.role === 'number') return `${cell} = number_english(number_core(${value}))`;
  if (column.role === 'time') return `${cell} = TRY_CAST(${value} AS TIMESTAMP)`;
  if (isList(column))
    return `(${cell} = trim(${value}) OR list_contains(${partsSql(cell, column.parse!)}, trim(${value})))`;
  return `${cell} = trim(${value})`;
}
