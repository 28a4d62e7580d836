import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import type { ColumnRole } from './roles.js';
import { numberSql } from './values.js';

/** One way of writing a number that is not plain figures, "30-40" or "<5000", what it counts as, and how often it was seen. */
interface NumberWord {
  words: string;
  value: number;
  n: number;
}

/** By column ordinal, for columns with few ways of writing their numbers. */
export type NumberWords = ReadonlyMap<number, readonly NumberWord[]>;

/** A column with more ways of writing its numbers than this holds amounts, not ranges. */
const MOST_WORDS = 100;

/** The ranges, percentages and the like of a sample (columns c1, c2, …). */
export async function numberWords(workspace: Workspace, sample: string, columns: ColumnRole[]): Promise<NumberWords> {
  const found = new Map<number, NumberWord[]>();
  for (const { ordinal, parse } of columns.filter((column) => column.role === 'number' && column.parse !== 'plain')) {
    const words = await workspace.all<{ words: string; value: number; n: number }>(`
      WITH spelled AS (SELECT trim(c${ordinal}) AS words, count(*) AS n FROM ${sample} WHERE NOT is_gap(c${ordinal}) AND TRY_CAST(c${ordinal} AS DOUBLE) IS NULL GROUP BY words)
      SELECT words, ${numberSql('number_core(words)', parse ?? 'english')} AS value, n FROM spelled
      WHERE value IS NOT NULL AND (SELECT count(*) FROM spelled) <= ${MOST_WORDS} ORDER BY words`);
    if (words.length > 0) found.set(ordinal, words);
  }
  return found;
}

/** SQL for one cell as DOUBLE: taking a range apart costs fifty times as much as looking it up. */
export function wordedNumberSql(cell: string, parse: string, words: readonly NumberWord[]): string {
  const cases = words.map(({ words: written, value }) => `WHEN ${literal(written)} THEN ${value}::DOUBLE`);
  return `CASE ${cell} ${cases.join(' ')} ELSE ${numberSql(`number_core(${cell})`, parse)} END`;
}

/** Keeps the most frequent way of writing each value, so that it can be shown and worded that way. */
export async function keepNumberWords(
  workspace: Workspace,
  fileId: number,
  columns: ColumnRole[],
  words: NumberWords,
): Promise<void> {
  for (const { ordinal } of columns.filter((column) => column.role === 'number')) {
    const best = new Map<number, NumberWord>();
    for (const word of words.get(ordinal) ?? [])
      if (word.n >= (best.get(word.value)?.n ?? 0)) best.set(word.value, word);
    if (best.size === 0) continue;
    const rows = [...best.values()].map((word) => `(${fileId}, ${ordinal}, ${word.value}, ${literal(word.words)})`);
    await workspace.run(`INSERT INTO number_words VALUES ${rows.join(', ')}`);
  }
}
