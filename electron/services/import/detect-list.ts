import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import type { ColumnRole } from './roles.js';

/** What separates values that one cell lists; a comma is found in texts too, and counts only where the column's name is a plural. */
const SEPARATORS = [';', '|', ','] as const;
const COMMA = ',';
const PLURAL_NAME = /(s|list|basket|tags?)$/i;
/** Different cells that list several values, from which a list can be told from a text. */
const LEAST_LISTS = 10;
/** Share of the rows that do. */
const LEAST_SHARE = 0.1;
/** Values are few beside the cells that they make up, and each is in several of them. */
const MOST_VALUES = 0.5;
const CELLS_PER_VALUE = 3;
/** Lists have different lengths; what is nearly always as long is a code or an address. */
const MOST_ALIKE = 0.9;

/** Text columns whose cells list several values keep what separates them. */
export async function findLists(workspace: Workspace, sample: string, columns: ColumnRole[]): Promise<void> {
  for (const column of columns.filter(({ role }) => role === 'text')) {
    const separator = await listSeparator(workspace, sample, column.name, column.ordinal);
    if (separator === undefined) continue;
    column.parse = separator;
    column.reason = `its cells list several values, separated by ${separator}`;
  }
}

/**
 * What separates the values of a text column whose cells list several of them, as "C#;Java;Python"; undefined where they
 * do not.
 * @param sample a table with VARCHAR columns c1, c2, … in file order
 */
export async function listSeparator(
  workspace: Workspace,
  sample: string,
  name: string,
  ordinal: number,
): Promise<string | undefined> {
  const cell = `trim(c${ordinal})`;
  for (const separator of SEPARATORS) {
    if (separator === COMMA && !PLURAL_NAME.test(name)) continue;
    const row = await workspace.one<Record<string, number>>(`
      WITH cells AS (SELECT ${cell} AS v, count(*) AS n, ${partsSql(cell, separator)} AS parts FROM ${sample} WHERE NOT is_blank(${cell}) GROUP BY ${cell}),
        lists AS (SELECT *, len(string_split(v, ${literal(separator)})) AS length FROM cells WHERE len(parts) > 1),
        parts AS (SELECT unnest(parts) AS part FROM cells)
      SELECT (SELECT count(*) FROM cells) AS cells, (SELECT sum(n) FROM cells) AS filled,
        (SELECT count(*) FROM lists) AS lists, coalesce((SELECT sum(n) FROM lists), 0) AS listed,
        coalesce((SELECT max(same) FROM (SELECT count(*) AS same FROM lists GROUP BY length)), 0) AS alike,
        (SELECT count(DISTINCT part) FROM parts) AS different, (SELECT count(*) FROM parts) AS together`);
    if (row && areLists(row)) return separator;
  }
  return undefined;
}

function areLists(counts: Record<string, number>): boolean {
  const { cells = 0, filled = 0, lists = 0, listed = 0, alike = 0, different = 0, together = 0 } = counts;
  return (
    lists >= LEAST_LISTS &&
    listed >= LEAST_SHARE * filled &&
    alike <= MOST_ALIKE * lists &&
    different <= MOST_VALUES * cells &&
    together >= CELLS_PER_VALUE * different
  );
}

/** Whether the cells of a column list several values. */
export function isList({ role, parse }: Pick<ColumnRole, 'parse'> & { role: string }): boolean {
  return role === 'text' && parse !== null;
}

/** SQL for the different values that a cell lists. */
export function partsSql(cell: string, separator: string): string {
  const split = `list_transform(string_split(${cell}, ${literal(separator)}), lambda part: trim(part))`;
  return `list_distinct(list_filter(${split}, lambda part: part <> ''))`;
}
