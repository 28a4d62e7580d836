import { isList } from '../import/detect-list.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { columnAt, named, type Column, type DerivedFile } from './derived-file.js';
import { addCategoryWords } from './event-facts.js';
import { addNumbers, type Measure } from './levels.js';
import { isUnworded, KIND, wordsOf, type Scale } from './scale.js';

/** `answer`: yes or no; `level`: a quantity or date; `category`: words; `free`: words of which nearly all differ. */
type Shape = 'answer' | 'level' | 'category' | 'free';

/** What the columns of a profile hold, by their ordinals; those that are not derived are missing. */
export type ProfilePlan = Record<number, Shape>;

/** Looks at all rows of a profile. */
export async function planProfile(workspace: Workspace, file: DerivedFile): Promise<ProfilePlan> {
  const plan: ProfilePlan = {};
  for (const column of file.columns.filter((candidate) => ['text', 'number', 'time'].includes(candidate.role)))
    plan[column.ordinal] = await profileShape(workspace, file, column);
  return plan;
}

/** The columns that the plan leaves out, with the reason. */
export function skippedColumns(file: DerivedFile, plan: ProfilePlan): string[] {
  return file.columns
    .filter((column) => plan[column.ordinal] === 'free')
    .map((column) => `${file.name}, column ${column.name}: nearly every customer has a value of their own`);
}

/** Facts of a profile: categories, yes/no answers and levels. */
export async function addProfile(
  workspace: Workspace,
  file: DerivedFile,
  plan: ProfilePlan,
  scale: Scale,
): Promise<void> {
  const measures: Measure[] = [];
  for (const [ordinal, shape] of Object.entries(plan)) {
    const column = columnAt(file, Number(ordinal));
    if (shape === 'level') measures.push(measureOf(file, column));
    else if (shape !== 'free') await addCategory(workspace, file, column, shape, scale);
  }
  await addNumbers(workspace, measures, file, KIND.bin, scale);
}

function measureOf(file: DerivedFile, column: Column): Measure {
  const isDate = column.role === 'time';
  const x = isDate ? `epoch(c${column.ordinal}) / 86400` : `c${column.ordinal}`;
  return {
    name: `column ${column.ordinal}`,
    label: named(column),
    columnName: column.name,
    ordinal: column.ordinal,
    isDate,
    rows: `SELECT customer, CAST(${x} AS DOUBLE) AS x FROM ${file.rows}`,
  };
}

async function addCategory(
  workspace: Workspace,
  file: DerivedFile,
  column: Column,
  shape: 'answer' | 'category',
  scale: Scale,
): Promise<void> {
  const value =
    shape === 'answer'
      ? `CASE WHEN lower(v.value) IN ('1.0', 'true', 'yes', 'y', 't') THEN 'yes' ELSE 'no' END`
      : 'humanise(v.value)';
  if (shape === 'answer' && !scale.measuring && (await hasUnworded(workspace, file, column))) scale.outgrown = true;
  await addCategoryWords(workspace, file, column, value, scale);
  await workspace.run(`
    INSERT INTO derive_facts
    SELECT w.text_id, v.customer, 0, 0, NULL, 1 FROM ${file.rows} v JOIN ${wordsOf(file, column)} w ON w.cell = CAST(v.c${column.ordinal} AS VARCHAR)`);
}

/** Whether a customer answers in a way that nobody did before. */
async function hasUnworded(workspace: Workspace, file: DerivedFile, column: Column): Promise<boolean> {
  const cell = `c${column.ordinal}`;
  const found = await workspace.one(
    `SELECT 1 AS one FROM ${file.rows} WHERE ${cell} IS NOT NULL AND ${isUnworded(file, column, `CAST(${cell} AS VARCHAR)`)} LIMIT 1`,
  );
  return found !== undefined;
}

async function profileShape(workspace: Workspace, file: DerivedFile, column: Column): Promise<Shape> {
  if (column.role === 'time') return 'level';
  if (isList(column)) return 'category';
  const cell = `lower(CAST(c${column.ordinal} AS VARCHAR))`;
  const pairs = [
    ['0.0', '1.0'],
    ['true', 'false'],
    ['yes', 'no'],
    ['y', 'n'],
    ['t', 'f'],
  ];
  const outside = pairs.map(
    (pair, at) => `count(*) FILTER (${cell} NOT IN (${pair.map(literal).join(', ')})) AS p${at}`,
  );
  const row = await workspace.one<Record<string, number>>(
    `SELECT count(${cell}) AS filled, count(DISTINCT ${cell}) AS different, ${outside.join(', ')} FROM ${file.view} WHERE c${column.ordinal} IS NOT NULL`,
  );
  const { filled = 0, different = 0 } = row ?? {};
  if (filled > 0 && pairs.some((_, at) => row?.[`p${at}`] === 0)) return 'answer';
  if (column.role === 'number') return 'level';
  return different > 1000 && different > 0.5 * filled ? 'free' : 'category';
}
