import { AppError } from '../errors.js';
import { labelReader, valuesOf } from './label-values.js';

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

/**
 * Turns rows into labels, read as `labelReader` says.
 * @param positive the value that stands for the target, where the usual ones do not
 * @throws AppError `labels-value` for another value, `labels-contradiction` when an id has both labels,
 * `labels-id` for a row without id, `labels-empty` without any label, `labels-positive`.
 */
export function collectLabels(rows: readonly LabelRow[], file: string, column: string, positive?: string): LabelSet {
  const cells = rows.map(({ label }) => label);
  const reader = labelReader(cells, positive, { file, column });
  const set: LabelSet = { values: new Map(), rows: 0, duplicates: 0, unlabelled: 0 };
  for (const { row, id, label } of rows) {
    set.rows++;
    const place = { file, line: row + 1, column };
    if (id === null || id === '') {
      throw new AppError('labels-id', 'A label without a customer id', 'give every row a customer id', place);
    }
    const value = reader.read(label);
    if (value === undefined) {
      throw new AppError(
        'labels-value',
        `"${label}" is not a label; the column has ${valuesOf(cells)}`,
        'name the value that is the target with --positive VALUE, or write 1 and 0; an empty cell is an unknown outcome',
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
