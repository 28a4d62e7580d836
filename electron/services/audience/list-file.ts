import { AppError } from '../errors.js';
import { idColumn, isHeaderName, namedId } from '../evaluate/id-column.js';
import { column, readTable, type TextTable } from '../evaluate/table-file.js';
import type { IdsAmong } from '../import/known-ids.js';
import { contactColumns, countryColumn } from './formats.js';
import { IdList, type ListEntry, type ListRules } from './id-list.js';

/** A list with where it came from. */
export interface ListFile {
  file: string;
  list: IdList;
  /** Rows that name somebody. */
  rows: number;
}

export interface ReadListOptions extends ListRules {
  /** Name of the id column where a person named it. */
  column?: string | undefined;
  /** Which ids there are, to find a column of them by. */
  known?: IdsAmong;
}

/**
 * Reads a list file. One column: every line is an entry, a usual header aside. Several columns: the id column as
 * `idColumn` finds it, or `column`, and all columns of emails and phones; a row means whoever one of them fits. An audience file
 * of this app (with a `group` column) lists only who was treated.
 * @throws AppError `file-missing`, `file-unreadable`, `id-column-missing`, `column-missing`.
 */
export async function readIdList(file: string, options: ReadListOptions = {}): Promise<ListFile> {
  const bare = await readBare(file);
  if (bare === undefined) return { file, list: new IdList([], options), rows: 0 };
  const rows =
    bare.columns.length === 1 && !file.toLowerCase().endsWith('.parquet')
      ? singleColumn(bare, options.column)
      : await manyColumns(file, options);
  return { file, list: new IdList(rows.flat(), options), rows: rows.length };
}

/** The lines of a file, or undefined where it holds nothing: an empty list of those who opted out is a good week. */
async function readBare(file: string): Promise<TextTable | undefined> {
  try {
    return await readTable(file, { header: false });
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-empty') return undefined;
    throw error;
  }
}

function singleColumn(table: TextTable, id?: string): ListEntry[][] {
  const values = column(table, table.columns[0]!).filter(isPresent);
  const first = values[0];
  const isHeader = first !== undefined && (first === id || isHeaderName(first) || contactColumns([first]).length > 0);
  return (isHeader ? values.slice(1) : values).map((text) => [{ text }]);
}

async function manyColumns(file: string, { column: wanted, known }: ReadListOptions): Promise<ListEntry[][]> {
  const table = await readTable(file);
  const contacts = contactColumns(table.columns);
  // A platform's file has no ids; its emails and phones say who is meant.
  const isUpload = wanted === undefined && contacts.length > 0 && namedId(table) === undefined;
  const ids = isUpload ? [] : [await idColumn(table, { wanted, known, option: 'FILE:COLUMN' })];
  const country = countryColumn(table.columns);
  const countries = country === undefined ? undefined : column(table, country);
  const groups = table.cells.get('group');
  const columns = [...new Set([...ids, ...contacts])].map((name) => column(table, name));
  const rows: ListEntry[][] = [];
  for (let at = 0; at < table.rows; at++) {
    if (groups?.[at] === 'holdout') continue;
    const texts = columns.map((cells) => cells[at] ?? null).filter(isPresent);
    if (texts.length > 0) rows.push(texts.map((text) => ({ text, country: countries?.[at] })));
  }
  return rows;
}

function isPresent(cell: string | null): cell is string {
  return cell !== null && cell.trim() !== '';
}
