import { isList } from '../import/detect-list.js';
import type { Source } from '../import/sources.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { columnAt, named, ofRole, valuesIn, type Column, type DerivedFile } from './derived-file.js';
import { primaryNumber, type EventPlan } from './event-plan.js';
import { addConstantWord, addWords, isUnworded, joinLevel, KIND, levelSql, wordsOf, type Scale } from './scale.js';

export const NOUNS: Record<Source, string> = {
  purchases: 'purchase',
  services: 'service',
  paths: 'page',
  searches: 'search',
  apps: 'app',
  profile: 'profile',
};

/** Recency of a row v in 0..1 within its file's plan (1 = most recent, or later), NULL without times. */
function recencySql(file: DerivedFile, { first, last }: EventPlan): string {
  const time = ofRole(file, 'time')[0];
  if (!time || first === null || last === null) return 'CAST(NULL AS DOUBLE)';
  // least and greatest pass over NULL, which a missing time must stay.
  const place = `(epoch(v.c${time.ordinal}) - ${first}::DOUBLE) / nullif(${last}::DOUBLE - ${first}::DOUBLE, 0)`;
  return `CASE WHEN v.c${time.ordinal} IS NOT NULL AND ${last > first} THEN least(greatest(${place}, 0), 1) END`;
}

/** Name of the measure of a number column over the rows of its file. */
function rowMeasure(column: Column): string {
  return `row ${column.ordinal}`;
}

/**
 * Facts of an event file: its main text column gives the items, text columns that follow from it are written into them,
 * every other text column gives facts of its own. Without a text column the number columns are the items.
 */
export async function addEvents(workspace: Workspace, file: DerivedFile, plan: EventPlan, scale: Scale): Promise<void> {
  if (plan.main === null) return addNumberItems(workspace, file, plan, scale);
  const main = columnAt(file, plan.main);
  const primary = primaryNumber(file);
  await addItemWords(workspace, file, plan, main, scale);
  if (primary) await measureRows(workspace, file, primary, scale);
  const number = primary ? `v.c${primary.ordinal}` : 'CAST(NULL AS DOUBLE)';
  const level = primary ? levelSql(number) : 'CAST(NULL AS BIGINT)';
  await workspace.run(`
    INSERT INTO derive_facts
    SELECT w.text_id, v.customer, sum(${level}), count(${level}), max(${recencySql(file, plan)}), count(*)
    FROM ${file.rows} v JOIN ${wordsOf(file, main)} w ON w.cell = v.c${main.ordinal}
      ${primary ? joinLevel(scale, file, literal(rowMeasure(primary)), number) : ''}
    GROUP BY v.customer, w.text_id`);
  for (const ordinal of plan.others) {
    const column = columnAt(file, ordinal);
    const cell = `v.c${ordinal}`;
    await addCategoryWords(workspace, file, column, 'humanise(v.value)', scale);
    await workspace.run(`
      INSERT INTO derive_facts
      SELECT w.text_id, v.customer, 0, 0, max(${recencySql(file, plan)}), count(*)
      FROM ${file.rows} v JOIN ${wordsOf(file, column)} w ON w.cell = ${cell} GROUP BY v.customer, w.text_id`);
  }
}

/** Words of the values of a column as "column: value". @param value SQL of v.value in words */
export async function addCategoryWords(
  workspace: Workspace,
  file: DerivedFile,
  column: Column,
  value: string,
  scale: Scale,
): Promise<void> {
  const query = `SELECT cell, left(${named(column)} || ': ' || ${value}, 200) AS text, ${literal(column.name)} AS column_name, value AS raw
    FROM ${valuesIn(rowsOf(scale, file), column)} v WHERE ${isUnworded(file, column, 'cell')}`;
  // What a cell lists is a thing that one has, whatever else is listed with it.
  await addWords(workspace, file, column, query, isList(column) ? KIND.item : KIND.attribute);
}

/** The rows whose values may need words or levels; it is cheaper not to look up their customers. */
function rowsOf(scale: Scale, file: DerivedFile): string {
  return scale.measuring ? file.view : file.rows;
}

/** The one string of every main value, or of each that it lists, with the most frequent value of each attribute. */
async function addItemWords(
  workspace: Workspace,
  file: DerivedFile,
  plan: EventPlan,
  main: Column,
  scale: Scale,
): Promise<void> {
  const key = `c${main.ordinal}`;
  const label = plan.isLabelled ? `${named(main)} || ': ' || ` : '';
  const attributes = plan.attributes.map((ordinal) => columnAt(file, ordinal));
  const rows = `(SELECT * FROM ${rowsOf(scale, file)} WHERE ${key} IS NOT NULL AND ${isUnworded(file, main, key)})`;
  const joins = attributes.map(
    (
      column,
    ) => `LEFT JOIN (SELECT ${key} AS cell, c${column.ordinal} AS a FROM ${rows} WHERE c${column.ordinal} IS NOT NULL
      GROUP BY ${key}, c${column.ordinal} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY count(*) DESC, c${column.ordinal}) = 1) a${column.ordinal} USING (cell)`,
  );
  const parts = attributes.map(
    (column) => ` || coalesce(', ' || ${named(column)} || ': ' || humanise(a${column.ordinal}.a), '')`,
  );
  const words = `
    SELECT cell, left(${label}humanise(value)${parts.join('')}, 200) AS text, ${literal(main.name)} AS column_name, value AS raw
    FROM ${valuesIn(rows, main)} ${joins.join(' ')}`;
  await addWords(workspace, file, main, words, KIND.item);
}

/** Measures the percentile (midpoint of ties) of every value of a number column over the rows of its file. */
async function measureRows(workspace: Workspace, file: DerivedFile, column: Column, scale: Scale): Promise<void> {
  if (!scale.measuring) return;
  const cell = `c${column.ordinal}`;
  await workspace.run(`
    INSERT INTO scale_levels
    SELECT ${file.id}, ${literal(rowMeasure(column))}, x, CAST(round(1e6 * (sum(n) OVER (ORDER BY x) - n / 2.0) / sum(n) OVER ()) AS BIGINT),
      CAST(round(1e6 * sum(n) OVER (ORDER BY x) / sum(n) OVER ()) AS BIGINT), NULL
    FROM (SELECT ${cell} AS x, count(*) AS n FROM ${file.view} WHERE ${cell} IS NOT NULL GROUP BY x)`);
}

async function addNumberItems(workspace: Workspace, file: DerivedFile, plan: EventPlan, scale: Scale): Promise<void> {
  const numbers = ofRole(file, 'number');
  if (numbers.length === 0) {
    await addConstantWord(workspace, file, undefined, `'${NOUNS[file.source]} event'`, KIND.item);
    await workspace.run(`
      INSERT INTO derive_facts
      SELECT (SELECT text_id FROM ${wordsOf(file, undefined)}), v.customer, 0, 0, max(${recencySql(file, plan)}), count(*)
      FROM ${file.rows} v GROUP BY v.customer`);
  }
  for (const column of numbers) {
    const cell = `v.c${column.ordinal}`;
    await addConstantWord(workspace, file, column, named(column), KIND.item);
    await measureRows(workspace, file, column, scale);
    await workspace.run(`
      INSERT INTO derive_facts
      SELECT (SELECT text_id FROM ${wordsOf(file, column)}), v.customer, sum(${levelSql(cell)}), count(*), max(${recencySql(file, plan)}), count(*)
      FROM ${file.rows} v ${joinLevel(scale, file, literal(rowMeasure(column)), cell)} WHERE ${cell} IS NOT NULL GROUP BY v.customer`);
  }
}
