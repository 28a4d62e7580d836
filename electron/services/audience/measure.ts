import { AppError } from '../errors.js';
import { meanDifference, rateDifference, type Estimate } from '../evaluate/intervals.js';
import { idOfCell } from '../import/id-cell.js';
import { idCells, idColumn, type IdChoice } from '../evaluate/id-column.js';
import type { IdsAmong } from '../import/known-ids.js';
import { labelClasses, labelReader } from '../evaluate/label-values.js';
import { column, readTable, type TextTable } from '../evaluate/table-file.js';
import { readNumbers } from '../import/read-numbers.js';

/** The audience of an export, best first; `held` is 1 for the holdout, 0 for the treated. */
export interface CampaignMembers {
  userIds: readonly string[];
  held: ArrayLike<number>;
}

/** What became of customers after the campaign. */
export interface Outcomes {
  /** Per customer: 1 or 0 for `converted`, the sum of the cells for `amount`. */
  values: ReadonlyMap<string, number>;
  kind: 'converted' | 'amount';
  rows: number;
  /** The column they were read from; null when every id in the file has converted. */
  column?: string | null;
}

export interface ArmResult {
  customers: number;
  /** Conversions, or the sum of amounts. */
  total: number;
  /** Rate of conversion, or mean amount. */
  mean: number;
}

/** Incremental outcomes among the best `count` of the audience, per treated customer of the whole audience. */
export interface QiniPoint {
  count: number;
  share: number;
  gain: number;
}

export interface CampaignResult {
  kind: Outcomes['kind'];
  treated: ArmResult;
  holdout: ArmResult;
  /** Treated minus holdout: Newcombe's interval for rates, Welch's with the normal quantile for amounts. */
  uplift: Estimate;
  /** Uplift times the treated customers: what the campaign brought beyond what would have come anyway. */
  incremental: Estimate;
  qini: { points: QiniPoint[]; coefficient: number };
  /** Members the outcome file does not mention; they count as 0. */
  withoutOutcome: number;
  /** Ids of the outcome file outside this audience; they are left aside. */
  outsideAudience: number;
}

/**
 * Reads the members file of an export. @throws AppError `column-missing` when it is another file.
 */
export async function readMembers(file: string): Promise<CampaignMembers> {
  const table = await readTable(file);
  const groups = column(table, 'group');
  const userIds = column(table, 'user_id').map((cell) => idOfCell(cell ?? ''));
  return { userIds, held: groups.map((group) => Number(group === 'holdout')) };
}

/** Looks ids up among the members of an audience. */
export function idsOfMembers({ userIds }: CampaignMembers): IdsAmong {
  const members = new Set(userIds);
  return (texts) => Promise.resolve(new Set(texts.filter((text) => members.has(text))));
}

/**
 * Reads outcomes. A column that reads as labels (0/1, yes/no, won/lost, …) makes conversions, and an id that comes again has
 * converted if any of its rows says so; other cells are amounts, written as an import reads them, and are summed per id. An
 * empty cell counts 0.
 * @param outcomeColumn null: every id in the file has converted; undefined: the only column that reads as labels, if there is
 * one, else as null
 * @throws AppError `outcome-value` for a cell that is not a number, `outcome-unclear` when several columns read as labels, and
 * what `readTable` and `idColumn` throw.
 */
export async function readOutcomes(
  file: string,
  outcomeColumn?: string | null,
  choice: IdChoice = {},
): Promise<Outcomes> {
  const table = await readTable(file);
  const id = await idColumn(table, choice);
  const name = outcomeColumn === undefined ? onlyLabels(table, id) : (outcomeColumn ?? undefined);
  const ids = idCells(table, id);
  const read = name === undefined ? everyone(ids) : await outcomeNumbers(table, name);
  const values = new Map<string, number>();
  ids.forEach((key, i) => {
    if (key === '') return;
    const before = values.get(key) ?? 0;
    values.set(key, read.kind === 'amount' ? before + read.numbers[i]! : Math.max(before, read.numbers[i]!));
  });
  return { values, kind: read.kind, rows: table.rows, column: name ?? null };
}

interface OutcomeCells {
  numbers: number[];
  kind: Outcomes['kind'];
}

function everyone(ids: readonly string[]): OutcomeCells {
  return { numbers: ids.map(() => 1), kind: 'converted' };
}

/** A file of who did and who did not must not be taken for a list of those who did. @throws AppError `outcome-unclear` */
function onlyLabels(table: TextTable, id: string): string | undefined {
  const names = table.columns.filter((name) => name !== id && labelClasses(column(table, name)).size > 0);
  if (names.length < 2) return names[0];
  throw new AppError(
    'outcome-unclear',
    `Several columns may be the outcome: ${names.join(', ')}`,
    'name one with --outcome COLUMN, or give a file with the ids alone of those who converted',
    { file: table.file },
  );
}

async function outcomeNumbers(table: TextTable, name: string): Promise<OutcomeCells> {
  const cells = column(table, name);
  const labels = labelReader(cells);
  const read = cells.map((cell) => labels.read(cell));
  if (read.every((value) => value !== undefined))
    return { numbers: read.map((value) => value ?? 0), kind: 'converted' };
  const amounts = await readNumbers(cells.map((cell) => cell ?? ''));
  const numbers = cells.map((cell, i) => {
    const value = amounts[i] ?? read[i];
    if (value !== undefined && value !== null) return value;
    throw new AppError('outcome-value', `"${cell}" is not an outcome`, 'use 0 and 1, yes and no, or amounts', {
      file: table.file,
      line: i + 2,
      column: name,
    });
  });
  return { numbers, kind: numbers.every((value) => value === 0 || value === 1) ? 'converted' : 'amount' };
}

/**
 * Uplift of the treated over the holdout, and the Qini curve over the audience's order (Radcliffe 2007).
 * @throws AppError `measure-arms` when fewer than two customers were treated or held out;
 * `measure-unmatched` when there are outcomes and none belongs to the audience.
 */
export function measureCampaign(members: CampaignMembers, outcomes: Outcomes): CampaignResult {
  const results = Float64Array.from(members.userIds, (id) => outcomes.values.get(id) ?? 0);
  const known = members.userIds.filter((id) => outcomes.values.has(id)).length;
  // A file without rows says that nobody did anything.
  if (known === 0 && outcomes.rows > 0) {
    throw new AppError(
      'measure-unmatched',
      'No outcome belongs to a customer of this audience',
      'compare how ids are written in the outcome file and in the audience',
    );
  }
  const treated = results.filter((_, i) => members.held[i] !== 1);
  const holdout = results.filter((_, i) => members.held[i] === 1);
  if (treated.length < 2 || holdout.length < 2) {
    throw new AppError(
      'measure-arms',
      `${treated.length} customers were treated and ${holdout.length} held out`,
      'uplift needs an audience that was exported with a holdout',
    );
  }
  const [armT, armH] = [arm(treated), arm(holdout)];
  const uplift =
    outcomes.kind === 'converted'
      ? rateDifference(armT.total, armT.customers, armH.total, armH.customers)
      : meanDifference(treated, holdout);
  const scaled = (value: number) => value * armT.customers;
  return {
    kind: outcomes.kind,
    treated: armT,
    holdout: armH,
    uplift,
    incremental: { value: scaled(uplift.value), low: scaled(uplift.low), high: scaled(uplift.high) },
    qini: qini(results, members.held),
    withoutOutcome: members.userIds.length - known,
    outsideAudience: outcomes.values.size - known,
  };
}

/**
 * Qini curve: after the best k customers, outcomes of the treated minus those of the holdout scaled to as many
 * customers, divided by all treated. The coefficient is the area between it and the straight line to its end, over
 * shares 0..1; above 0 the best-ranked gain most. `results` and `held` come best first.
 */
export function qini(results: Float64Array, held: ArrayLike<number>, points = 200): CampaignResult['qini'] {
  const total = results.length;
  const gains = qiniGains(results, held);
  let allTreated = 0;
  for (let i = 0; i < total; i++) allTreated += held[i] === 1 ? 0 : 1;
  const perTreated = gains.map((gain) => gain / allTreated);
  let area = 0;
  for (let k = 1; k <= total; k++) area += (perTreated[k]! + perTreated[k - 1]!) / 2 / total;
  const steps = Math.min(points, total);
  const cuts = Array.from({ length: steps + 1 }, (_, i) => Math.round((i * total) / steps));
  return {
    points: cuts.map((count) => ({ count, share: count / total, gain: perTreated[count]! })),
    coefficient: area - perTreated[total]! / 2,
  };
}

function qiniGains(results: Float64Array, held: ArrayLike<number>): Float64Array {
  const gains = new Float64Array(results.length + 1);
  let [customersT, customersH, sumT, sumH] = [0, 0, 0, 0];
  for (let i = 0; i < results.length; i++) {
    if (held[i] === 1) {
      customersH++;
      sumH += results[i]!;
    } else {
      customersT++;
      sumT += results[i]!;
    }
    gains[i + 1] = sumT - (customersH > 0 ? (sumH * customersT) / customersH : 0);
  }
  return gains;
}

function arm(results: Float64Array): ArmResult {
  const total = results.reduce((sum, value) => sum + value, 0);
  return { customers: results.length, total, mean: total / results.length };
}
