import { KIND } from '../index/scale.js';
import type { Workspace } from '../workspace/workspace.js';

/** Words in which levels of a number begin, as services/index/levels.ts writes them. */
const LEVEL = '^(very low|low|medium|high|very high|very early|early|middle|late|very late) ';

/** Which column each string has: one of its own, and one that its value percentiles add to. */
export interface Columns {
  strings: number;
  /** strings + the number of value columns. */
  count: number;
  /** Value column of each string, in strings .. count; strings that are levels of one number share one. [strings] */
  valueOf: Uint32Array;
}

/** Every string's value column; levels and summaries of one number share one. */
export async function readColumns(workspace: Workspace): Promise<Columns> {
  const numbers = await numberedBy(
    workspace,
    `source || CASE WHEN kind IN (${KIND.bin}, ${KIND.aggregate})
       THEN '=' || regexp_replace(regexp_replace(text, '${LEVEL}', ''), '( \\(.*\\)|: .*)$', '') ELSE '#' || string END`,
  );
  const strings = numbers.length;
  const groups = numbers.reduce((most, number) => Math.max(most, number + 1), 0);
  return { strings, count: strings + groups, valueOf: numbers.map((number) => strings + number) };
}

/** Number of the choice that each string is one of, [strings]: values of one column, of which a customer has one as a rule. */
export async function readChoices(workspace: Workspace): Promise<Uint32Array> {
  return numberedBy(
    workspace,
    `CASE WHEN kind = ${KIND.item} THEN '#' || string ELSE source || '=' || column_name END`,
  );
}

/** A number for every string, the same where the SQL expression is, [strings]. */
async function numberedBy(workspace: Workspace, expression: string): Promise<Uint32Array> {
  const reader = await workspace.connection.runAndReadAll(`
    SELECT CAST(dense_rank() OVER (ORDER BY label) - 1 AS INTEGER) AS number
    FROM (SELECT string, ${expression} AS label FROM strings) ORDER BY string`);
  const [numbers = []] = reader.getColumns() as [number[]];
  return Uint32Array.from(numbers);
}
