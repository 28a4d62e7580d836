import { AppError } from '../../../electron/services/errors.js';
import { collectLabels, type LabelSet } from '../../../electron/services/evaluate/labels.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';

/** What tests ask about customers of the tiny workspace; whether they buy a lantern is what the random model cannot know. */
export const QUESTION = { instruction: 'customers who would buy garden furniture' };

export const id = (i: number): string => `c${String(i).padStart(4, '0')}`;

/** The customers who buy a lantern. */
export async function owners(workspace: Workspace): Promise<Set<string>> {
  const rows = await workspace.all<{ user_id: string }>(
    `SELECT DISTINCT user_id FROM events JOIN strings USING (string) JOIN customers USING (customer) WHERE text LIKE '%lantern%'`,
  );
  return new Set(rows.map((row) => row.user_id));
}

/** Labels of so many customers: whether they are wanted, by default whether they buy a lantern. */
export async function labelsOf(
  workspace: Workspace,
  count: number,
  wanted?: (id: string) => boolean,
): Promise<LabelSet> {
  const own = await owners(workspace);
  const rows = Array.from({ length: count }, (_, i) => ({
    row: i + 1,
    id: id(i * 3),
    label: (wanted ?? ((one: string) => own.has(one)))(id(i * 3)) ? '1' : '0',
  }));
  return collectLabels(rows, 'labels.csv', 'label');
}

/** The AppError that the work must end with. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`no AppError but ${String(error)}`);
}
