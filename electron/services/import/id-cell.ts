import { unprotectCell } from './protected-cell.js';

/**
 * The customer id that a trimmed cell writes, as `id_cell` reads it in SQL: without the apostrophe of an export, and
 * without the ".0" that a column of whole numbers with gaps gets in pandas and R.
 */
export function idOfCell(cell: string): string {
  return unprotectCell(cell).replace(/^(\d+)\.0$/, '$1');
}
