import type { Workspace } from '../workspace/workspace.js';

/** Customers that a fit learns from at most; a larger workspace is fitted on a sample. */
export const MOST = 5000;
/** Customers that judge: a tenth, but enough to be asked about, and at most this many. */
export const LEAST_JUDGES = 200;
const MOST_JUDGES = 1000;

/** Numbers of the customers who learn and who judge, ascending. */
export interface Split {
  learn: Int32Array;
  judges: Int32Array;
}

/** Customers with data, split by a seeded hash of their ids, so that the same ones judge on every machine. */
export async function splitCustomers(workspace: Workspace, seed: number): Promise<Split> {
  const rows = await workspace.all<{ customer: number }>(
    `SELECT customer FROM customers WHERE customer IN (SELECT customer FROM events)
     ORDER BY md5(user_id || ' ' || $1), customer LIMIT ${MOST + MOST_JUDGES}`,
    [String(seed)],
  );
  const count = Math.min(
    MOST_JUDGES,
    Math.max(Math.floor(rows.length / 10), Math.min(LEAST_JUDGES, Math.floor(rows.length / 3))),
  );
  const numbers = Int32Array.from(rows, ({ customer }) => customer);
  return { judges: numbers.slice(0, count).sort(), learn: numbers.slice(count, count + MOST).sort() };
}
