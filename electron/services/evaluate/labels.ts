import { AppError } from '../errors.js';

/** Labels of one column as read from a file. */
export interface LabelSet {
  /** 1 has the target, 0 has not; one entry per customer id. */
  values: Map<string, 0 | 1>;
  /** Rows read, without the header. */
  rows: number;
  /** Rows that repeat an id with the same label. */
  duplicates: number;
  /** Rows whose label is empty: the customer is not evaluated. */
  unlabelled: number;
}

/** One row of a label file. `row` counts from 1 without the header. */
export interface LabelRow {
  row: number;
  id: string | null;
  label: string | null;
}

const POSITIVE = new Set(['1', 'true', 'yes', 'y', 't']);
const NEGATIVE = new Set(['0', 'false', 'no', 'n', 'f']);

/**
 * Turns rows into labels. Accepts 0/1, true/false, yes/no (any case) and whole numbers written as decimals (`1.0`).
 * @throws AppError `labels-value` for another value, `labels-contradiction` when an id has both labels,
 * `labels-id` for a row without id, `labels-empty` without any label.
 */
export function collectLabels(rows: Iterable<LabelRow>, file: string, column: string): LabelSet {
  const set: LabelSet = { values: new Map(), rows: 0, duplicates: 0, unlabelled: 0 };
  for (const { row, id, label } of rows) {
    set.rows++;
    const place = { file, line: row + 1, column };
    if (id === null || id === '') {
      throw new AppError('labels-id', 'A label without a customer id', 'give every row a customer id', place);
    }
    const value = parseLabel(label);
    if (value === undefined) {
      throw new AppError(
        'labels-value',
        `"${label}" is not a label`,
        'labels are 0 or 1 (or true/false, yes/no); leave the cell empty where the outcome is unknown',
        place,
      );
    }
    if (value === null) {
      set.unlabelled++;
      continue;
    }
    const known = set.values.get(id);
    if (known === undefined) set.values.set(id, value);
    else if (known === value) set.duplicates++;
    else {
      throw new AppError(
        'labels-contradiction',
        `Customer ${id} is labelled both 0 and 1`,
        'keep one label per customer',
        place,
      );
    }
  }
  if (set.values.size === 0) {
    throw new AppError('labels-empty', 'No customer has a label', 'choose a column with labels', { file, column });
  }
  return set;
}

/**
 * The labels of customers that taught no ranking: whoever taught one tells nothing of how good it is.
 * @throws AppError labels-examples when nobody else is labelled
 */
export function withoutExamples(labels: LabelSet, examples: readonly { userId: string }[]): LabelSet {
  const used = new Set(examples.map(({ userId }) => userId));
  const values = new Map([...labels.values].filter(([id]) => !used.has(id)));
  if (values.size === 0 && used.size > 0)
    throw new AppError(
      'labels-examples',
      'Every labelled customer was an example of the tuning',
      'give labels of other customers',
    );
  return { ...labels, values };
}

/** 0, 1, null when the cell is empty, undefined when it is something else. */
function parseLabel(cell: string | null): 0 | 1 | null | undefined {
  const text = (cell ?? '').trim().toLowerCase();
  if (text === '') return null;
  const plain = text.replace(/^([01])\.0+$/, '$1');
  if (POSITIVE.has(plain)) return 1;
  if (NEGATIVE.has(plain)) return 0;
  return undefined;
}
