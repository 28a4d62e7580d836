import type { Workspace } from '../workspace/workspace.js';

/** Tables whose rows belong to a customer's number, beside `customers` itself. */
const NUMBERED = ['events', 'customer_index', 'ranking_scores'];

/**
 * Numbers all customers of derive_now anew, in the order of their ids. Stored rankings follow. Index rows follow when the
 * events that they were made of are still the customer's (customer_states tells); the others go.
 * @param derived fills strings, events and customer_states of the new numbers
 */
export async function renumberCustomers(workspace: Workspace, derived: () => Promise<void>): Promise<void> {
  const before = await stringNumbers(workspace);
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_before AS FROM customers;
    DELETE FROM customers; DELETE FROM customer_states; DELETE FROM strings; DELETE FROM events;
    INSERT INTO customers SELECT CAST(row_number() OVER (ORDER BY user_id) - 1 AS INTEGER), user_id FROM derive_now ORDER BY user_id`);
  await derived();
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_moves AS
    SELECT b.customer AS was, c.customer AS now, s.events_hash FROM derive_before b JOIN customers c USING (user_id) JOIN customer_states s USING (user_id);
    DELETE FROM ranking_scores WHERE customer NOT IN (SELECT was FROM derive_moves);
    DELETE FROM customer_index i WHERE NOT EXISTS (FROM derive_moves m WHERE m.was = i.customer AND m.events_hash = i.events_hash)`);
  await moveCustomers(workspace, ['customer_index', 'ranking_scores']);
  // Packed events hold the numbers of strings.
  if ((await stringNumbers(workspace)) !== before) await workspace.run('UPDATE customer_index SET events = NULL');
  await workspace.run('DROP TABLE derive_before; DROP TABLE derive_moves');
}

async function stringNumbers(workspace: Workspace): Promise<string> {
  const row = await workspace.one<{ hash: string }>(
    'SELECT CAST(coalesce(sum(hash(string, source, text)), 0) AS VARCHAR) AS hash FROM strings',
  );
  return row!.hash;
}

/**
 * Takes the customers in who are new in derive_now and those out who left it. All others keep their numbers, but the last
 * ones take the numbers of those who left, so that there is never a gap.
 */
export async function followCustomers(workspace: Workspace): Promise<void> {
  await workspace.run(
    'CREATE OR REPLACE TEMP TABLE derive_gone AS SELECT customer FROM customers ANTI JOIN derive_now USING (user_id)',
  );
  const gone = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM derive_gone');
  if (gone!.n > 0) {
    for (const table of [...NUMBERED, 'customers'])
      await workspace.run(`DELETE FROM ${table} WHERE customer IN (SELECT customer FROM derive_gone)`);
    await workspace.run(`
      DELETE FROM customer_states WHERE user_id NOT IN (SELECT user_id FROM derive_now);
      CREATE OR REPLACE TEMP TABLE derive_moves AS
      WITH left_over AS (SELECT count(*) AS n FROM customers),
      last AS (SELECT customer AS was, row_number() OVER (ORDER BY customer) AS place FROM customers, left_over WHERE customer >= n),
      free AS (SELECT customer AS now, row_number() OVER (ORDER BY customer) AS place FROM derive_gone, left_over WHERE customer < n)
      SELECT was, now FROM last JOIN free USING (place)`);
    await moveCustomers(workspace, [...NUMBERED, 'customers']);
    await workspace.run('DROP TABLE derive_moves');
  }
  await workspace.run(`
    INSERT INTO customers
    SELECT CAST((SELECT count(*) FROM customers) - 1 + row_number() OVER (ORDER BY user_id) AS INTEGER), user_id
    FROM derive_now ANTI JOIN customers USING (user_id) ORDER BY user_id;
    DROP TABLE derive_gone`);
}

/** Gives the customers of derive_moves (was, now) their new numbers. */
async function moveCustomers(workspace: Workspace, tables: readonly string[]): Promise<void> {
  for (const table of tables)
    await workspace.run(
      `UPDATE ${table} SET customer = m.now FROM derive_moves m WHERE ${table}.customer = m.was AND m.was <> m.now`,
    );
}
