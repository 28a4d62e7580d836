import { createHash } from 'node:crypto';
import { AppError } from '../errors.js';
import type { LabelSet } from '../evaluate/labels.js';
import { idCells, idColumn, namedId } from '../evaluate/id-column.js';
import { labelColumns } from '../evaluate/label-values.js';
import { readTable, type TextTable } from '../evaluate/table-file.js';
import { unprotectCell } from '../import/protected-cell.js';
import { idsIn } from '../import/known-ids.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** Customers whose answer is known, and those that stand for the rest of the base. */
export interface Examples {
  kind: 'labels' | 'seeds';
  /** Numbers of the customers in the workspace, in an order that does not follow their answers. */
  customers: number[];
  userIds: string[];
  answers: (0 | 1)[];
  /** Probability that a customer of answer 0 has the target after all. */
  doubt: number;
  counts: {
    positives: number;
    negatives: number;
    /** Customers that stand for the rest of the base; 0 with labels. */
    unlabelled: number;
    /** Ids that are no customer of the workspace. */
    unknown: number;
    unknownExamples: string[];
    duplicates: number;
    /** Customers beyond the most that are used. */
    leftOut: number;
    /** Columns of a file of seeds that say nothing here. */
    ignored?: string[];
  };
}

export const FEWEST = 4;
export const MOST = 10_000;
/** Guess of how many of the base have what the seeds have; more where the seeds alone are more. */
const CLASS_PRIOR = 0.1;

/**
 * Labelled customers as examples.
 * @throws AppError examples-unknown, examples-few, labels-single-class
 */
export async function examplesFromLabels(workspace: Workspace, labels: LabelSet): Promise<Examples> {
  const known = await knownCustomers(workspace, [...labels.values.keys()]);
  const all = [...known].map(([userId, customer]) => ({ userId, customer, answer: labels.values.get(userId)! }));
  if (all.length < FEWEST) throw tooFew(all.length);
  const positives = all.filter(({ answer }) => answer === 1).length;
  if (positives === 0 || positives === all.length) {
    throw new AppError(
      'labels-single-class',
      `All ${all.length} labelled customers have the same label, ${positives === 0 ? 0 : 1}`,
      positives === 0 ? 'label some customers with 1' : 'label some customers with 0, or give the ones with 1 as seeds',
    );
  }
  const chosen = mixed(all, MOST);
  return {
    kind: 'labels',
    ...columnsOf(chosen),
    doubt: 0,
    counts: {
      ...countsOf([...labels.values.keys()], known),
      positives: chosen.filter(({ answer }) => answer === 1).length,
      negatives: chosen.filter(({ answer }) => answer === 0).length,
      unlabelled: 0,
      duplicates: labels.duplicates,
      leftOut: all.length - chosen.length,
    },
  };
}

/**
 * Seed customers, and a sample of the rest of the base that stands in as unlabelled: four to a seed, from 200 to 2,000.
 * @param file ids in a column, CSV or Parquet, with or without a header; other columns are ignored
 * @throws AppError examples-unknown, examples-few, no-rest; seeds-labelled when another column tells who has not the target
 */
export async function examplesFromSeeds(workspace: Workspace, file: string, id?: string): Promise<Examples> {
  const { ids, ignored } = await readSeedIds(workspace, file, id);
  const examples = await examplesFromIds(workspace, ids);
  return { ...examples, counts: { ...examples.counts, ignored } };
}

/** As `examplesFromSeeds`, of ids that are at hand. @throws AppError examples-unknown, examples-few, no-rest */
export async function examplesFromIds(workspace: Workspace, ids: readonly string[]): Promise<Examples> {
  const distinct = [...new Set(ids)];
  const known = await knownCustomers(workspace, distinct);
  if (known.size < FEWEST) throw tooFew(known.size);
  const seeds = [...known].map(([userId, customer]) => ({ userId, customer, answer: 1 as const }));
  const chosen = mixed(seeds, MOST / 2);
  const rest = await restOfBase(workspace, new Set(known.values()), Math.min(2000, Math.max(200, 4 * chosen.length)));
  if (rest.length < FEWEST)
    throw new AppError(
      'no-rest',
      'The seeds are nearly the whole base, so that there is nobody to tell them from',
      'give fewer seeds',
    );
  const total = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customers');
  return {
    kind: 'seeds',
    ...columnsOf(mixed([...chosen, ...rest], MOST)),
    doubt: Math.min(0.4, Math.max(CLASS_PRIOR, known.size / total!.n)),
    counts: {
      ...countsOf(distinct, known),
      positives: chosen.length,
      negatives: 0,
      unlabelled: rest.length,
      duplicates: ids.length - distinct.length,
      leftOut: seeds.length - chosen.length,
    },
  };
}

/**
 * As `examplesFromIds`, of the customers of a segment.
 * @throws AppError segment-missing, examples-unknown, examples-few, no-rest
 */
export async function examplesFromSegment(workspace: Workspace, fileId: number): Promise<Examples> {
  const members = await workspace.all<{ user_id: string }>(
    'SELECT user_id FROM segments WHERE file_id = $1 ORDER BY user_id',
    [fileId],
  );
  if (members.length === 0)
    throw new AppError('segment-missing', 'The segment is not in the workspace any more', 'choose another one');
  return examplesFromIds(
    workspace,
    members.map(({ user_id: id }) => id),
  );
}

/** As `examplesFromIds`, of ids that a person pasted, perhaps out of an export that protected them from spreadsheets. */
export function examplesFromPasted(workspace: Workspace, ids: readonly string[]): Promise<Examples> {
  return examplesFromIds(workspace, ids.map(unprotectCell));
}

interface Example {
  userId: string;
  customer: number;
  answer: 0 | 1;
}

async function readSeedIds(
  workspace: Workspace,
  file: string,
  wanted: string | undefined,
): Promise<{ ids: string[]; ignored: string[] }> {
  const table = await readTable(file);
  // A list of bare ids has no header.
  if (table.columns.length === 1 && wanted === undefined && namedId(table) === undefined) {
    const bare = await readTable(file, { header: false });
    return { ids: present(bare, bare.columns[0]!), ignored: [] };
  }
  const id = await idColumn(table, { wanted, known: idsIn(workspace) });
  const [labels] = labelColumns(table, id);
  if (labels !== undefined)
    throw new AppError(
      'seeds-labelled',
      `This file has labels in ${labels}, and some of them are negative`,
      `use it as labels (--labels FILE --label ${labels}), or give a file with the ids of the seeds alone`,
      { file, column: labels },
    );
  return { ids: present(table, id), ignored: table.columns.filter((name) => name !== id) };
}

function present(table: TextTable, name: string): string[] {
  return idCells(table, name).filter((id) => id !== '');
}

async function knownCustomers(workspace: Workspace, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await workspace.all<{ customer: number; user_id: string }>(
    `SELECT customer, user_id FROM customers WHERE user_id IN (SELECT unnest([${ids.map(literal).join(',')}]::VARCHAR[])) ORDER BY customer`,
  );
  if (rows.length === 0 && ids.length > 0) {
    const some = await workspace.one<{ user_id: string }>('SELECT user_id FROM customers ORDER BY customer LIMIT 1');
    throw new AppError(
      'examples-unknown',
      `None of the ${ids.length} ids is a customer of the workspace`,
      `compare how the ids are written: the examples have "${ids[0]}", the workspace has "${some?.user_id ?? 'nobody'}"`,
    );
  }
  return new Map(rows.map((row) => [row.user_id, row.customer]));
}

function countsOf(
  ids: readonly string[],
  known: ReadonlyMap<string, number>,
): { unknown: number; unknownExamples: string[] } {
  const unknown = ids.filter((id) => !known.has(id));
  return { unknown: unknown.length, unknownExamples: unknown.slice(0, 5) };
}

async function restOfBase(workspace: Workspace, seeds: ReadonlySet<number>, count: number): Promise<Example[]> {
  const rows = await workspace.all<{ customer: number; user_id: string }>(
    `SELECT customer, user_id FROM customers ORDER BY md5('rest:' || user_id) LIMIT ${count + seeds.size}`,
  );
  return rows
    .filter(({ customer }) => !seeds.has(customer))
    .slice(0, count)
    .map((row) => ({ userId: row.user_id, customer: row.customer, answer: 0 }));
}

/** At most `most` of the examples, in an order that depends on their ids alone; each class keeps its share. */
function mixed<T extends Example>(all: readonly T[], most: number): T[] {
  const keys = new Map(all.map(({ userId }) => [userId, createHash('md5').update(userId).digest('hex')]));
  const order = [...all].sort((a, b) => (keys.get(a.userId)! < keys.get(b.userId)! ? -1 : 1));
  if (order.length <= most) return order;
  const share = (answer: 0 | 1): number =>
    Math.round((most * order.filter((example) => example.answer === answer).length) / order.length);
  const left = { 0: share(0), 1: share(1) };
  return order.filter(({ answer }) => left[answer]-- > 0);
}

function columnsOf(examples: readonly Example[]): Pick<Examples, 'customers' | 'userIds' | 'answers'> {
  return {
    customers: examples.map(({ customer }) => customer),
    userIds: examples.map(({ userId }) => userId),
    answers: examples.map(({ answer }) => answer),
  };
}

function tooFew(count: number): AppError {
  return new AppError(
    'examples-few',
    `Only ${count} of the examples are customers of the workspace`,
    `give at least ${FEWEST}`,
  );
}
