import { ofRole, type DerivedFile } from './derived-file.js';
import type { EventPlan } from './event-plan.js';
import type { Workspace } from '../workspace/workspace.js';

/**
 * How far the scale may be off. No percentile of it is further from what it would be if measured again: a share s of
 * customers (or rows) that are not those measured moves a distribution function by at most s.
 */
const MOST_DRIFT = 0.1;

/** How many a file held when it was measured. */
export interface Measured {
  customers: number;
  rows: number;
}

/** Customers and rows of a file in derive_now's time, and how many of them are as they were when the scale was measured. */
interface Held extends Measured {
  sameCustomers: number;
  sameRows: number;
}

/** What every file holds now; `same…` are zero before the scale was ever measured. */
export async function heldNow(workspace: Workspace, files: readonly DerivedFile[]): Promise<Map<number, Held>> {
  const rows = await workspace.all<{ id: number } & { [key in keyof Held]: number }>(`
    WITH same AS (SELECT n.user_id FROM derive_now n JOIN customer_states s USING (user_id) WHERE n.rows_hash = s.measured_hash)
    SELECT file_id AS id, count(*) AS customers, sum(n) AS rows, count(s.user_id) AS "sameCustomers",
      coalesce(sum(n) FILTER (s.user_id IS NOT NULL), 0) AS "sameRows"
    FROM row_hashes r LEFT JOIN same s USING (user_id)
    WHERE file_id IN (${files.map(({ id }) => id).join(', ')}) GROUP BY file_id`);
  return new Map(rows.map(({ id, ...held }) => [id, held]));
}

/** Whether the customers and rows of a file are still near those that were measured. */
export function isNear(measured: Measured, held: Held): boolean {
  const { customers, rows, sameCustomers, sameRows } = held;
  const shares = [
    sameCustomers / customers,
    sameCustomers / measured.customers,
    sameRows / rows,
    sameRows / measured.rows,
  ];
  return shares.every((share) => share >= 1 - MOST_DRIFT);
}

/** Whether the newest of the rows being derived lies near the time that was measured. */
export async function isNearInTime(
  workspace: Workspace,
  file: DerivedFile,
  { first, last }: EventPlan,
): Promise<boolean> {
  const time = ofRole(file, 'time')[0];
  if (!time || first === null || last === null) return true;
  const row = await workspace.one<{ newest: number | null }>(
    `SELECT epoch(max(c${time.ordinal})) AS newest FROM ${file.rows}`,
  );
  return (row?.newest ?? last) - last <= MOST_DRIFT * (last - first);
}
