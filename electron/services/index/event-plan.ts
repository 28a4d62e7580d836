import { isList } from '../import/detect-list.js';
import type { Workspace } from '../workspace/workspace.js';
import { ofRole, valuesIn, type Column, type DerivedFile } from './derived-file.js';

/** How the rows of an event file become events; columns by their ordinals. */
export interface EventPlan {
  /** The text column whose values are the items; null when there is none with values. */
  main: number | null;
  /** Its values are so few that the column is said too. */
  isLabelled: boolean;
  /** Text columns that follow from the main one and are written into its items. */
  attributes: number[];
  /** Text columns with events of their own. */
  others: number[];
  /** Number columns whose total is the same for most customers. */
  budgets: number[];
  /** First and last time, in seconds since 1970; null without times. */
  first: number | null;
  last: number | null;
}

/** What says how much an event was, the most telling name first. */
const PRIMARY = [
  'amount',
  'value',
  'spend',
  'price',
  'minutes',
  'hours',
  'seconds',
  'duration',
  'score',
  'rating',
  'count',
  'quantity',
  'pages',
  'policies',
];
/** Up to this many different values, an item alone ("car") says too little: it is written with its column ("product: car"). */
const FEW_ITEMS = 30;

/** The number column that says how much an event was, or undefined. */
export function primaryNumber(file: DerivedFile): Column | undefined {
  const numbers = ofRole(file, 'number');
  const telling = PRIMARY.map((word) => numbers.find((column) => column.name.toLowerCase().includes(word)));
  return telling.find((column) => column !== undefined) ?? numbers.at(-1);
}

/** Looks at all rows of an event file. */
export async function planEvents(workspace: Workspace, file: DerivedFile): Promise<EventPlan> {
  const texts = await filledTexts(workspace, file);
  const main = texts.length > 0 ? texts.reduce((best, next) => (next.distinct > best.distinct ? next : best)) : null;
  const others = texts.filter((text) => text !== main).map((text) => text.column);
  const attributes: Column[] = [];
  for (const column of others) if (await followsFrom(workspace, file, main!, column)) attributes.push(column);
  const budgets: Column[] = [];
  for (const column of ofRole(file, 'number')) if (await isFixedBudget(workspace, file, column)) budgets.push(column);
  const ordinals = (columns: Column[]): number[] => columns.map((column) => column.ordinal);
  return {
    main: main?.column.ordinal ?? null,
    isLabelled: (main?.distinct ?? 0) <= FEW_ITEMS,
    attributes: ordinals(attributes),
    others: ordinals(others.filter((other) => !attributes.includes(other))),
    budgets: ordinals(budgets),
    ...(await timeSpan(workspace, file)),
  };
}

interface FilledText {
  column: Column;
  distinct: number;
}

async function filledTexts(workspace: Workspace, file: DerivedFile): Promise<FilledText[]> {
  const columns = ofRole(file, 'text');
  if (columns.length === 0) return [];
  const row = await workspace.one<Record<string, number>>(
    `SELECT ${columns.map((column) => `${countSql(file, column)} AS d${column.ordinal}`).join(', ')} FROM ${file.view}`,
  );
  return columns
    .map((column) => ({ column, distinct: row?.[`d${column.ordinal}`] ?? 0 }))
    .filter((text) => text.distinct > 0);
}

/** SQL that counts the different values of a column over the rows of its file. */
function countSql(file: DerivedFile, column: Column): string {
  return isList(column)
    ? `(SELECT count(DISTINCT value) FROM ${valuesIn(file.view, column)})`
    : `count(DISTINCT c${column.ordinal})`;
}

/** Whether a column is (all but) determined by the main one, as a genre is by a title. */
async function followsFrom(
  workspace: Workspace,
  file: DerivedFile,
  main: FilledText,
  column: Column,
): Promise<boolean> {
  // What goes with all that a cell lists says nothing of each.
  if (isList(main.column)) return false;
  const row = await workspace.one<{ pairs: number }>(
    `SELECT count(*) AS pairs FROM (SELECT DISTINCT c${main.column.ordinal}, c${column.ordinal} FROM ${file.view} WHERE c${main.column.ordinal} IS NOT NULL AND c${column.ordinal} IS NOT NULL)`,
  );
  return (row?.pairs ?? 0) > 0 && row!.pairs <= 1.2 * main.distinct;
}

/**
 * Whether most customers have the same total, as the minutes of a day are 1440 for everybody. Such a total says nothing, and
 * with rows hidden it (and the average) would give away who had them; so all rows are looked at, hidden ones too.
 */
async function isFixedBudget(workspace: Workspace, file: DerivedFile, column: Column): Promise<boolean> {
  const row = await workspace.one<{ share: number; rows: number }>(`
    SELECT max(n) / sum(n) AS share, sum(n * rows) / sum(n) AS rows FROM (
      SELECT total, count(*) AS n, avg(rows) AS rows FROM (
        SELECT round(sum(c${column.ordinal})) AS total, count(*) AS rows FROM rows_${file.id} WHERE c${column.ordinal} IS NOT NULL GROUP BY user_id)
      GROUP BY total)`);
  return (row?.share ?? 0) > 0.5 && (row?.rows ?? 0) >= 2;
}

async function timeSpan(workspace: Workspace, file: DerivedFile): Promise<Pick<EventPlan, 'first' | 'last'>> {
  const time = ofRole(file, 'time')[0];
  if (!time) return { first: null, last: null };
  const span = await workspace.one<{ first: number | null; last: number | null }>(
    `SELECT epoch(min(c${time.ordinal})) AS first, epoch(max(c${time.ordinal})) AS last FROM ${file.view}`,
  );
  return { first: span?.first ?? null, last: span?.last ?? null };
}
