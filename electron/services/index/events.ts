import type { Workspace } from '../workspace/workspace.js';

/**
 * Makes derive_facts: what single customers have of the texts of the scale. Facts carry a number instead of a text
 * because there are a thousand times more of them. Percentiles are integer millionths, so that their sums are the same
 * in whatever order the threads add them.
 */
export async function prepareFacts(workspace: Workspace): Promise<void> {
  await workspace.run(
    'CREATE OR REPLACE TEMP TABLE derive_facts (text_id INTEGER, customer INTEGER, value_sum BIGINT, value_count INTEGER, recency DOUBLE, n INTEGER)',
  );
}

/**
 * Adds derive_facts to events. A text that came from two files of a source is one string; strings keep their numbers,
 * new ones come after them in the order of (source, text).
 */
export async function addToEvents(workspace: Workspace): Promise<void> {
  await workspace.run(`
    INSERT INTO strings
    SELECT CAST((SELECT coalesce(max(string), -1) FROM strings) + row_number() OVER (ORDER BY t.source, t.text) AS INTEGER) AS string,
      t.text, t.source, min(t.kind), min(t.column_name), min(t.raw), 0
    FROM scale_texts t ANTI JOIN strings s ON s.source = t.source AND s.text = t.text
    WHERE t.text_id IN (SELECT text_id FROM derive_facts) GROUP BY t.source, t.text ORDER BY string;
    INSERT INTO events
    SELECT f.customer, s.string, s.source,
      CAST(CAST(sum(f.value_sum) AS DOUBLE) / nullif(sum(f.value_count), 0) / 1e6 AS REAL), CAST(max(f.recency) AS REAL), CAST(sum(f.n) AS INTEGER)
    FROM derive_facts f JOIN scale_texts t USING (text_id) JOIN strings s ON s.source = t.source AND s.text = t.text
    GROUP BY f.customer, s.string, s.source ORDER BY f.customer, s.string;
    DROP TABLE derive_facts`);
}

/** Counts again how many customers have every string; one that nobody has any more stays, with none. */
export async function countOwners(workspace: Workspace): Promise<void> {
  await workspace.run(`
    UPDATE strings SET df = owned.df
    FROM (SELECT s.string, CAST(count(e.customer) AS INTEGER) AS df FROM strings s LEFT JOIN events e USING (string) GROUP BY s.string) owned
    WHERE owned.string = strings.string AND owned.df <> strings.df`);
}

/**
 * A query giving customer and `hash` of its events: of texts, sources, kinds, counts, and percentiles as they are packed.
 * It does not depend on how strings and customers are numbered.
 * @param chosen a relation of customers
 */
export function eventHashes(chosen: string): string {
  const steps = (column: string): string => `CAST(round(CAST(e.${column} AS DOUBLE) * 65534) AS INTEGER)`;
  return `SELECT c.customer, coalesce(sum(hash(s.hash, e.n, ${steps('value')}, ${steps('recency')})) FILTER (e.string IS NOT NULL), 0) AS hash
    FROM ${chosen} c LEFT JOIN events e USING (customer) LEFT JOIN (SELECT string, hash(source, kind, text) AS hash FROM strings) s USING (string)
    GROUP BY c.customer`;
}
