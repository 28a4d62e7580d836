import { idOfCell } from '../import/id-cell.js';
import { AppError } from '../errors.js';
import { idByLesserName, idByName, isIdName, MANY, type CodeFacts } from '../import/detect-id.js';
import type { IdsAmong } from '../import/known-ids.js';
import { CODE_CELL, OPAQUE_CELL } from '../import/roles.js';
import { column, type TextTable } from './table-file.js';

export interface IdChoice {
  /** Name of the column where a person named it. */
  wanted?: string | undefined;
  /** Which ids there are: a column that holds them is the id column whatever its name. */
  known?: IdsAmong | undefined;
  /** What a person writes to name the column. */
  option?: string;
}

/** Different values of a column that are looked up among the known ids. */
const TRIED = 1000;
const CODE = new RegExp(`^(?:${CODE_CELL})$`);
const OPAQUE = new RegExp(`^(?:${OPAQUE_CELL})$`);

/**
 * Name of the customer id column: `wanted` when given, else found as the import finds it, by its name or by the known ids
 * in it. @throws AppError `id-column-missing`, `column-missing`.
 */
export async function idColumn(table: TextTable, choice: IdChoice = {}): Promise<string> {
  const { wanted, known, option = '--id COLUMN' } = choice;
  if (wanted !== undefined) {
    column(table, wanted);
    return wanted;
  }
  const lesser = table.columns[idByLesserName(table.columns)];
  const found = namedId(table) ?? (known && (await sharedId(table, known))) ?? lesser;
  if (found !== undefined) return found;
  throw new AppError(
    'id-column-missing',
    `No column looks like a customer id (there are ${table.columns.join(', ')})`,
    `name it with ${option}, or call it user_id in the file`,
    { file: table.file },
  );
}

/** The ids in a column, as the workspace has them: trimmed, and without what an export protected them by. */
export function idCells(table: TextTable, name: string): string[] {
  return column(table, name).map((cell) => idOfCell(cell?.trim() ?? ''));
}

/** The column that has a name of customer ids, if any does. */
export function namedId(table: TextTable): string | undefined {
  const names = table.columns.map((name) => name.trim());
  const facts = table.columns.map((name) => codeFacts(filled(column(table, name))));
  return table.columns[idByName(names, facts)];
}

/** Whether a text is a usual header of an id or contact column, as opposed to an id. */
export function isHeaderName(text: string): boolean {
  const name = text.trim();
  return isIdName(name) || /^(?:phone|mobile|sha256|hash)$/i.test(name);
}

/** The column most of whose values are known ids. */
async function sharedId(table: TextTable, known: IdsAmong): Promise<string | undefined> {
  let best: { name: string | undefined; shared: number } = { name: undefined, shared: 0.5 };
  for (const name of table.columns) {
    const values = [...new Set(idCells(table, name).filter((id) => id !== ''))];
    // Flags and small counts are ids of some workspaces by accident.
    if (values.length <= MANY && values.every((value) => /^\d{1,3}$/.test(value))) continue;
    const tried = values.slice(0, TRIED);
    const shared = (await known(tried)).size / tried.length;
    if (shared > best.shared) best = { name, shared };
  }
  return best.name;
}

function filled(cells: readonly (string | null)[]): string[] {
  return cells.map((cell) => cell?.trim() ?? '').filter((cell) => cell !== '');
}

function codeFacts(values: readonly string[]): CodeFacts {
  return {
    filled: values.length,
    distinctValues: new Set(values).size,
    codes: values.filter((value) => CODE.test(value)).length,
    opaque: values.filter((value) => OPAQUE.test(value)).length,
  };
}
