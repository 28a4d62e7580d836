import type { Source } from '../import/sources.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { addNumbers, type Measure } from './levels.js';
import { KIND, numberTexts } from './scratch.js';

/** A source file as derivation sees it: its rows behind a view that leaves the hidden ones out. */
export interface DerivedFile {
  id: number;
  source: Source;
  number: number;
  name: string;
  view: string;
  columns: { ordinal: number; name: string; role: string }[];
}

type Column = DerivedFile['columns'][number];

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
const NOUNS: Record<Source, string> = {
  purchases: 'purchase',
  services: 'service',
  paths: 'page',
  searches: 'search',
  apps: 'app',
  profile: 'profile',
};
/** Up to this many different values, an item alone ("car") says too little: it is written with its column ("product: car"). */
const FEW_ITEMS = 30;

/** SQL for a column's name in words. */
function named(column: Column): string {
  return `humanise(${literal(column.name)})`;
}

function ofRole(file: DerivedFile, role: string): Column[] {
  return file.columns.filter((column) => column.role === role);
}

/** The number column that says how much an event was, or undefined. */
function primaryNumber(file: DerivedFile): Column | undefined {
  const numbers = ofRole(file, 'number');
  const telling = PRIMARY.map((word) => numbers.find((column) => column.name.toLowerCase().includes(word)));
  return telling.find((column) => column !== undefined) ?? numbers.at(-1);
}

/** Recency of a row in 0..1 within its file (1 = most recent), NULL without a time column. */
function recencySql(file: DerivedFile): string {
  const time = ofRole(file, 'time')[0];
  if (!time) return 'CAST(NULL AS DOUBLE)';
  const [first, last] = ['min', 'max'].map((end) => `(SELECT epoch(${end}(c${time.ordinal})) FROM ${file.view})`);
  return `(epoch(v.c${time.ordinal}) - ${first}) / nullif(${last} - ${first}, 0)`;
}

/**
 * Facts of an event file: its main text column gives the items, text columns that follow from it are written into them,
 * every other text column gives facts of its own. Without a text column the number columns are the items.
 */
export async function addEventStrings(workspace: Workspace, file: DerivedFile): Promise<void> {
  const texts = await filledTexts(workspace, file);
  if (texts.length === 0) return addNumberItems(workspace, file);
  const main = texts.reduce((best, next) => (next.distinct > best.distinct ? next : best));
  const others = texts.filter((text) => text !== main).map((text) => text.column);
  const attributes: Column[] = [];
  for (const column of others) if (await followsFrom(workspace, file, main, column)) attributes.push(column);
  const primary = primaryNumber(file);
  await makeWords(workspace, file, main, attributes);
  await makeLevels(workspace, file.view, primary);
  await workspace.run(`
    INSERT INTO derive_facts
    SELECT w.text_id, c.customer, sum(l.millionths), count(l.millionths), max(${recencySql(file)}), count(*)
    FROM ${file.view} v JOIN customers c USING (user_id) JOIN derive_words w ON w.main = v.c${main.column.ordinal}
      LEFT JOIN derive_levels l ON l.x = ${primary ? `v.c${primary.ordinal}` : 'NULL'}
    GROUP BY c.customer, w.text_id`);
  for (const column of others.filter((other) => !attributes.includes(other))) {
    const cell = `v.c${column.ordinal}`;
    await numberTexts(
      workspace,
      'derive_words',
      categoriesSql(file, column, `humanise(${cell})`),
      file.number,
      KIND.attribute,
    );
    await workspace.run(`
      INSERT INTO derive_facts
      SELECT w.text_id, c.customer, 0, 0, max(${recencySql(file)}), count(*)
      FROM ${file.view} v JOIN customers c USING (user_id) JOIN derive_words w ON w.cell = ${cell} GROUP BY c.customer, w.text_id`);
  }
}

/** The different values of a column as "column: value". @param value SQL of the value in words, of a cell of the view v */
function categoriesSql(file: DerivedFile, column: Column, value: string): string {
  const cell = `v.c${column.ordinal}`;
  return `SELECT ${cell} AS cell, left(${named(column)} || ': ' || ${value}, 200) AS text, ${literal(column.name)} AS column_name, CAST(${cell} AS VARCHAR) AS raw
    FROM (SELECT DISTINCT c${column.ordinal} FROM ${file.view} WHERE c${column.ordinal} IS NOT NULL) v`;
}

interface FilledText {
  column: Column;
  distinct: number;
}

async function filledTexts(workspace: Workspace, file: DerivedFile): Promise<FilledText[]> {
  const columns = ofRole(file, 'text');
  if (columns.length === 0) return [];
  const row = await workspace.one<Record<string, number>>(
    `SELECT ${columns.map((column) => `count(DISTINCT c${column.ordinal}) AS d${column.ordinal}`).join(', ')} FROM ${file.view}`,
  );
  return columns
    .map((column) => ({ column, distinct: row?.[`d${column.ordinal}`] ?? 0 }))
    .filter((text) => text.distinct > 0);
}

/** Whether a column is (all but) determined by the main one, as a genre is by a title. */
async function followsFrom(
  workspace: Workspace,
  file: DerivedFile,
  main: FilledText,
  column: Column,
): Promise<boolean> {
  const row = await workspace.one<{ pairs: number }>(
    `SELECT count(*) AS pairs FROM (SELECT DISTINCT c${main.column.ordinal}, c${column.ordinal} FROM ${file.view} WHERE c${main.column.ordinal} IS NOT NULL AND c${column.ordinal} IS NOT NULL)`,
  );
  return (row?.pairs ?? 0) > 0 && row!.pairs <= 1.2 * main.distinct;
}

/** derive_words(main, text, text_id): the one string of every main value, with the most frequent value of each attribute. */
async function makeWords(
  workspace: Workspace,
  file: DerivedFile,
  main: FilledText,
  attributes: Column[],
): Promise<void> {
  const key = `c${main.column.ordinal}`;
  const label = main.distinct <= FEW_ITEMS ? `${named(main.column)} || ': ' || ` : '';
  const joins = attributes.map(
    (
      column,
    ) => `LEFT JOIN (SELECT ${key} AS main, c${column.ordinal} AS a FROM ${file.view} WHERE ${key} IS NOT NULL AND c${column.ordinal} IS NOT NULL
      GROUP BY ${key}, c${column.ordinal} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY count(*) DESC, c${column.ordinal}) = 1) a${column.ordinal} USING (main)`,
  );
  const parts = attributes.map(
    (column) => ` || coalesce(', ' || ${named(column)} || ': ' || humanise(a${column.ordinal}.a), '')`,
  );
  const words = `
    SELECT main, left(${label}humanise(main)${parts.join('')}, 200) AS text, ${literal(main.column.name)} AS column_name, main AS raw
    FROM (SELECT DISTINCT ${key} AS main FROM ${file.view} WHERE ${key} IS NOT NULL) ${joins.join(' ')}`;
  await numberTexts(workspace, 'derive_words', words, file.number, KIND.item);
}

/** derive_levels(x, millionths): the percentile (midpoint of ties) of every value of a number column over the rows of a view. */
async function makeLevels(workspace: Workspace, view: string, column: Column | undefined): Promise<void> {
  const cell = column ? `c${column.ordinal}` : 'CAST(NULL AS DOUBLE)';
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_levels AS
    SELECT x, CAST(round(1e6 * (sum(n) OVER (ORDER BY x) - n / 2.0) / sum(n) OVER ()) AS BIGINT) AS millionths
    FROM (SELECT ${cell} AS x, count(*) AS n FROM ${view} WHERE ${cell} IS NOT NULL GROUP BY x)`);
}

async function addNumberItems(workspace: Workspace, file: DerivedFile): Promise<void> {
  const numbers = ofRole(file, 'number');
  if (numbers.length === 0) {
    await numberTexts(
      workspace,
      'derive_words',
      `SELECT '${NOUNS[file.source]} event' AS text, '' AS column_name, NULL AS raw`,
      file.number,
      KIND.item,
    );
    await workspace.run(`
      INSERT INTO derive_facts
      SELECT (SELECT text_id FROM derive_words), c.customer, 0, 0, max(${recencySql(file)}), count(*)
      FROM ${file.view} v JOIN customers c USING (user_id) GROUP BY c.customer`);
  }
  for (const column of numbers) {
    await numberTexts(
      workspace,
      'derive_words',
      `SELECT ${named(column)} AS text, ${literal(column.name)} AS column_name, NULL AS raw`,
      file.number,
      KIND.item,
    );
    await makeLevels(workspace, file.view, column);
    await workspace.run(`
      INSERT INTO derive_facts
      SELECT (SELECT text_id FROM derive_words), c.customer, sum(l.millionths), count(*), max(${recencySql(file)}), count(*)
      FROM ${file.view} v JOIN customers c USING (user_id) JOIN derive_levels l ON l.x = v.c${column.ordinal} GROUP BY c.customer`);
  }
}

/**
 * Summaries of each customer's rows in an event file, as levels: averages, the total of the primary number, the number of
 * events, days since the last one and days between the first and the last.
 * @param shared another file has the same source, so that its name must tell them apart
 */
export async function addAggregates(workspace: Workspace, file: DerivedFile, shared: boolean): Promise<void> {
  const noun = shared ? `humanise(${literal(file.name.replace(/\..*$/, ''))})` : `'${NOUNS[file.source]}'`;
  const primary = primaryNumber(file);
  const time = ofRole(file, 'time')[0];
  const summaries: { label: string; column: string; x: string }[] = [
    { label: `'number of ' || ${noun} || ' events'`, column: '', x: 'count(*)' },
  ];
  for (const column of ofRole(file, 'number')) {
    if (await isFixedBudget(workspace, file, column)) continue;
    // Sums of integer millionths are the same in whatever order the threads add them; sums of DOUBLE are not.
    const sum = `CAST(sum(in_millionths(v.c${column.ordinal})) AS DOUBLE) / 1e6`;
    summaries.push({
      label: `'average ' || ${named(column)}`,
      column: column.name,
      x: `${sum} / nullif(count(v.c${column.ordinal}), 0)`,
    });
    if (column === primary) summaries.push({ label: `'total ' || ${named(column)}`, column: column.name, x: sum });
  }
  if (time) {
    const days = (text: string): string => `floor(epoch(${text}) / 86400)`;
    const last = `max(v.c${time.ordinal})`;
    summaries.push({
      label: `'days since last ' || ${noun} || ' event'`,
      column: time.name,
      x: `${days(`(SELECT max(c${time.ordinal}) FROM ${file.view})`)} - ${days(last)}`,
    });
    summaries.push({
      label: `'days from first to last ' || ${noun} || ' event'`,
      column: time.name,
      x: `${days(last)} - ${days(`min(v.c${time.ordinal})`)}`,
    });
  }
  const sums = summaries.map((summary, at) => `CAST(${summary.x} AS DOUBLE) AS x${at}`);
  await workspace.run(
    `CREATE OR REPLACE TEMP TABLE derive_sums AS SELECT c.customer, ${sums.join(', ')} FROM ${file.view} v JOIN customers c USING (user_id) GROUP BY c.customer`,
  );
  const measures = summaries.map(({ label, column }, at) => ({
    label,
    columnName: column,
    ordinal: 0,
    isDate: false,
    rows: `SELECT customer, x${at} AS x FROM derive_sums`,
  }));
  await addNumbers(workspace, measures, file, KIND.aggregate);
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

/** Facts of a profile: categories, yes/no answers and levels. Returns the columns left out, with the reason. */
export async function addProfileStrings(workspace: Workspace, file: DerivedFile): Promise<string[]> {
  const skipped: string[] = [];
  const measures: Measure[] = [];
  for (const column of file.columns.filter((candidate) => ['text', 'number', 'time'].includes(candidate.role))) {
    const cell = `v.c${column.ordinal}`;
    const shape = await profileShape(workspace, file, column);
    if (shape === 'free')
      skipped.push(`${file.name}, column ${column.name}: nearly every customer has a value of their own`);
    else if (shape === 'level') {
      const isDate = column.role === 'time';
      const x = isDate ? `epoch(${cell}) / 86400` : cell;
      measures.push({
        label: named(column),
        columnName: column.name,
        ordinal: column.ordinal,
        isDate,
        rows: `SELECT c.customer, CAST(${x} AS DOUBLE) AS x FROM ${file.view} v JOIN customers c USING (user_id)`,
      });
    } else {
      const value =
        shape === 'answer'
          ? `CASE WHEN lower(CAST(${cell} AS VARCHAR)) IN ('1.0', 'true', 'yes', 'y', 't') THEN 'yes' ELSE 'no' END`
          : `humanise(${cell})`;
      await numberTexts(workspace, 'derive_words', categoriesSql(file, column, value), file.number, KIND.attribute);
      await workspace.run(`
        INSERT INTO derive_facts
        SELECT w.text_id, c.customer, 0, 0, NULL, 1 FROM ${file.view} v JOIN customers c USING (user_id) JOIN derive_words w ON w.cell = ${cell}`);
    }
  }
  await addNumbers(workspace, measures, file, KIND.bin);
  return skipped;
}

/** `answer`: yes or no; `level`: a quantity or date; `category`: words; `free`: words of which nearly all differ. */
async function profileShape(
  workspace: Workspace,
  file: DerivedFile,
  column: Column,
): Promise<'answer' | 'level' | 'category' | 'free'> {
  if (column.role === 'time') return 'level';
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
