import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Column, DerivedFile } from './derived-file.js';

/** What a string is: something a customer did or has, a property of it or of the customer, a level, or a summary. */
export const KIND = { item: 0, attribute: 1, bin: 2, aggregate: 3 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/**
 * One derivation's use of the scale: what was measured over all customers (texts of values, percentiles of numbers,
 * plans of files) and holds until it is measured again, so that a customer's events depend on its own rows alone.
 */
export interface Scale {
  /** True while all customers are being derived and what they have is measured; false when some are, by what was measured. */
  measuring: boolean;
  /** Set when somebody has what the scale cannot say: it must be measured again. */
  outgrown: boolean;
}

/** Forgets everything that was measured. */
export async function clearScale(workspace: Workspace): Promise<void> {
  await workspace.run(
    'DELETE FROM scale_plans; DELETE FROM scale_texts; DELETE FROM scale_words; DELETE FROM scale_levels',
  );
}

/** Keeps the plan of a file. */
export async function keepPlan(workspace: Workspace, file: DerivedFile, plan: object): Promise<void> {
  await workspace.run('INSERT INTO scale_plans VALUES ($1, $2)', [file.id, JSON.stringify(plan)]);
}

/** The plan that `keepPlan` kept. */
export async function readPlan<Plan>(workspace: Workspace, file: DerivedFile): Promise<Plan> {
  const row = await workspace.one<{ plan: string }>('SELECT plan FROM scale_plans WHERE file_id = $1', [file.id]);
  return JSON.parse(row!.plan) as Plan;
}

/**
 * Makes the temporary table `table` from a query and gives its texts their numbers in the scale, in a column `text_id`.
 * @param query gives text, column_name and raw (the value as the file writes it), and what else is wanted
 */
export async function numberTexts(
  workspace: Workspace,
  table: string,
  query: string,
  file: DerivedFile,
  kind: Kind,
): Promise<void> {
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE ${table} AS
    SELECT *, CAST((SELECT coalesce(max(text_id), 0) FROM scale_texts) + dense_rank() OVER (ORDER BY text) AS INTEGER) AS text_id FROM (${query});
    INSERT INTO scale_texts SELECT text_id, ${file.number}, any_value(text), ${kind}, min(column_name), min(raw) FROM ${table} GROUP BY text_id`);
}

/** A relation (cell, text_id) of the words of a column; ordinal 0 has what no column says. */
export function wordsOf(file: DerivedFile, column: Column | undefined): string {
  return `(SELECT cell, text_id FROM scale_words WHERE file_id = ${file.id} AND ordinal = ${column?.ordinal ?? 0})`;
}

/** SQL condition: the cell has no words in the scale yet. */
export function isUnworded(file: DerivedFile, column: Column, cell: string): string {
  return `${cell} NOT IN (SELECT cell FROM ${wordsOf(file, column)})`;
}

/**
 * Adds words to the scale.
 * @param query gives cell, text, column_name and raw of cells that have none yet
 */
export async function addWords(
  workspace: Workspace,
  file: DerivedFile,
  column: Column | undefined,
  query: string,
  kind: Kind,
): Promise<void> {
  await numberTexts(workspace, 'derive_words', query, file, kind);
  await workspace.run(
    `INSERT INTO scale_words SELECT ${file.id}, ${column?.ordinal ?? 0}, cell, text_id FROM derive_words; DROP TABLE derive_words`,
  );
}

/** Adds one text that does not depend on a cell, unless it is there. @param text SQL */
export async function addConstantWord(
  workspace: Workspace,
  file: DerivedFile,
  column: Column | undefined,
  text: string,
  kind: Kind,
): Promise<void> {
  const name = literal(column?.name ?? '');
  const query = `SELECT '' AS cell, ${text} AS text, ${name} AS column_name, NULL AS raw WHERE NOT EXISTS (FROM ${wordsOf(file, column)})`;
  await addWords(workspace, file, column, query, kind);
}

/**
 * SQL that joins a number to its level in the scale, as `l`. While measuring every number is in the scale; later one
 * that is not takes the next lower one that is.
 * @param on SQL of the number
 * @param measure SQL of the measure's name
 */
export function joinLevel(scale: Scale, file: DerivedFile, measure: string, on: string): string {
  const levels = `(SELECT measure, x, millionths, reached, text_id FROM scale_levels WHERE file_id = ${file.id}) l`;
  return scale.measuring
    ? `LEFT JOIN ${levels} ON l.measure = ${measure} AND l.x = ${on}`
    : `ASOF LEFT JOIN ${levels} ON l.measure = ${measure} AND l.x <= ${on}`;
}

/** SQL for the percentile, in millionths, of a number joined by `joinLevel`: between two known values it is the share up to the lower. */
export function levelSql(on: string): string {
  return `CASE WHEN ${on} IS NULL THEN NULL WHEN l.x IS NULL THEN 0 WHEN l.x = ${on} THEN l.millionths ELSE l.reached END`;
}
