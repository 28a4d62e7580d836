import { AppError } from '../errors.js';
import { cellsOf, cellSql, type ProfileCell } from '../import/profile-cells.js';
import { SOURCES } from '../import/sources.js';
import type { Workspace } from '../workspace/workspace.js';

/** What customers are coloured by. `column` names a profile column. */
export type ColourBy = { by: 'score'; rankingId: number } | { by: 'coverage' } | { by: 'column'; column: string };

/** A value for every customer, in the order of their numbers; NaN for none. Categories are numbered in `categories`. */
export interface MapColours {
  values: Float32Array;
  /** Names of the values 0, 1, …, the most frequent first, those of the rest "…"; null when the values are numbers. */
  categories: string[] | null;
  /** The values are moments, in days since 1970. */
  isTime?: boolean;
}

/** More different words than this cannot be told apart by colour; the rest is one category. */
const MOST_CATEGORIES = 9;

/** @throws AppError column-missing, ranking-missing */
export async function coloursOf(workspace: Workspace, by: ColourBy, customers: number): Promise<MapColours> {
  if (by.by === 'score') return { values: await scores(workspace, by.rankingId, customers), categories: null };
  if (by.by === 'coverage') return coverage(workspace, customers);
  const cells = await cellsOf(workspace, by.column);
  if (cells.every(({ role }) => role === 'time'))
    return { values: await days(workspace, cells, customers), categories: null, isTime: true };
  return cells.every(({ role }) => role === 'number')
    ? { values: await numbers(workspace, cells, customers), categories: null }
    : categories(workspace, cells, customers);
}

/** Query for customer and cell. */
const customerCells = (cells: readonly ProfileCell[]): string =>
  `SELECT customer, cell FROM (${cellSql(cells)}) JOIN customers USING (user_id)`;

async function numbers(workspace: Workspace, cells: readonly ProfileCell[], customers: number): Promise<Float32Array> {
  return valuesOf(workspace, `SELECT customer, CAST(cell AS DOUBLE) FROM (${customerCells(cells)})`, customers);
}

/** Moments in days: seconds since 1970 are more than a 32-bit number holds. */
async function days(workspace: Workspace, cells: readonly ProfileCell[], customers: number): Promise<Float32Array> {
  const query = `SELECT customer, epoch_ms(CAST(cell AS TIMESTAMP)) / 86400000.0 FROM (${customerCells(cells)})`;
  return valuesOf(workspace, query, customers);
}

async function categories(workspace: Workspace, cells: readonly ProfileCell[], customers: number): Promise<MapColours> {
  const words = `SELECT customer, CAST(cell AS VARCHAR) AS word FROM (${customerCells(cells)})`;
  const frequent = await workspace.all<{ word: string }>(
    `SELECT word FROM (${words}) GROUP BY word ORDER BY count(*) DESC, word LIMIT ${MOST_CATEGORIES}`,
  );
  const names = frequent.map(({ word }) => word);
  const reader = await workspace.connection.runAndReadAll(words);
  const [who = [], word = []] = reader.getColumns() as [number[], string[]];
  const numberOf = new Map(names.map((name, at) => [name, at]));
  const values = new Float32Array(customers).fill(NaN);
  who.forEach((customer, i) => {
    if (customer < customers) values[customer] = numberOf.get(word[i]!) ?? names.length;
  });
  return { values, categories: values.includes(names.length) ? [...names, '…'] : names };
}

async function scores(workspace: Workspace, rankingId: number, customers: number): Promise<Float32Array> {
  const known = await workspace.one('SELECT 1 FROM rankings WHERE id = $1', [rankingId]);
  if (!known) throw new AppError('ranking-missing', `There is no ranking ${rankingId}`, 'rank the customers first');
  const query = `SELECT customer, score FROM ranking_scores WHERE ranking_id = ${Number(rankingId)}`;
  return valuesOf(workspace, query, customers);
}

/** Which sources a customer has events of, every combination a category. */
async function coverage(workspace: Workspace, customers: number): Promise<MapColours> {
  const reader = await workspace.connection.runAndReadAll(
    'SELECT customer, bit_or(1 << source) AS mask FROM events GROUP BY customer',
  );
  const [who = [], masks = []] = reader.getColumns() as [number[], number[]];
  const mask = new Uint8Array(customers);
  who.forEach((customer, i) => {
    if (customer < customers) mask[customer] = masks[i]!;
  });
  const counts = new Map<number, number>();
  for (const one of mask) counts.set(one, (counts.get(one) ?? 0) + 1);
  const frequent = [...counts.keys()]
    .sort((a, b) => counts.get(b)! - counts.get(a)! || a - b)
    .slice(0, MOST_CATEGORIES);
  const numberOf = new Map(frequent.map((one, at) => [one, at]));
  const values = Float32Array.from(mask, (one) => numberOf.get(one) ?? frequent.length);
  const names = frequent.map((one) => SOURCES.filter((_, source) => one & (1 << source)).join(' + ') || '–');
  return { values, categories: counts.size > frequent.length ? [...names, '…'] : names };
}

async function valuesOf(workspace: Workspace, query: string, customers: number): Promise<Float32Array> {
  const reader = await workspace.connection.runAndReadAll(query);
  const [who = [], value = []] = reader.getColumns() as [number[], (number | null)[]];
  const values = new Float32Array(customers).fill(NaN);
  who.forEach((customer, i) => {
    if (customer < customers) values[customer] = value[i] ?? NaN;
  });
  return values;
}
