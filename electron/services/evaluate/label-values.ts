import { AppError, type ErrorPlace } from '../errors.js';
import { foldLabel, NEGATIVE, POSITIVE } from '../import/label-words.js';
import { column, type TextTable } from './table-file.js';

/** Different values that an error names. */
const NAMED = 5;

/** Reads the cells of one label column. */
export interface LabelReader {
  /** 0, 1, null when the cell is empty, undefined when it is something else. */
  read(cell: string | null): 0 | 1 | null | undefined;
}

/**
 * How a column says who has the target: 0/1, -1/1, true/false, won/lost, churned/stayed, yes/no in several languages and the
 * like; or by `positive`, against which every other value is negative.
 * @throws AppError `labels-positive` when no cell has that value
 */
export function labelReader(cells: readonly (string | null)[], positive?: string, place: ErrorPlace = {}): LabelReader {
  if (positive !== undefined) {
    const wanted = fold(positive);
    if (!cells.some((cell) => fold(cell) === wanted))
      throw new AppError('labels-positive', `No cell is "${positive}"`, `the column has ${valuesOf(cells)}`, place);
    return { read: (cell) => (fold(cell) === '' ? null : fold(cell) === wanted ? 1 : 0) };
  }
  // Beside 0, -1 is a third answer, which nobody said how to take.
  const minus = cells.some((cell) => fold(cell) === '0') ? undefined : 0;
  return {
    read(cell) {
      const text = fold(cell);
      if (text === '') return null;
      if (text === '-1') return minus;
      if (POSITIVE.has(text)) return 1;
      return NEGATIVE.has(text) ? 0 : undefined;
    },
  };
}

/** The classes that a column says as labels, 0 or 1 or both; empty when it is not one of labels. */
export function labelClasses(cells: readonly (string | null)[]): Set<0 | 1> {
  const reader = labelReader(cells);
  const classes = new Set<0 | 1>();
  for (const cell of cells) {
    const value = reader.read(cell);
    if (value === undefined) return new Set();
    if (value !== null) classes.add(value);
  }
  return classes;
}

/** The columns of a table, but for `id`, that say as labels who has a target and who has not. */
export function labelColumns(table: TextTable, id: string | undefined): string[] {
  return table.columns.filter((name) => name !== id && labelClasses(column(table, name)).size === 2);
}

/** The different values of a column, for a message. */
export function valuesOf(cells: readonly (string | null)[]): string {
  const values = [...new Set(cells.map((cell) => cell?.trim() ?? '').filter((cell) => cell !== ''))];
  const named = values.slice(0, NAMED).map((value) => `"${value}"`);
  return values.length > NAMED ? `${named.join(', ')} and ${values.length - NAMED} more` : named.join(' and ');
}

function fold(cell: string | null): string {
  return foldLabel(cell ?? '');
}
