import type { Workspace } from '../workspace/workspace.js';

/** What a string is: something a customer did or has, a property of it or of the customer, a level, or a summary. */
export const KIND = { item: 0, attribute: 1, bin: 2, aggregate: 3 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/**
 * Makes the scratch tables of a derivation. derive_texts holds every text once per place it comes from; derive_facts says
 * what single customers have of it. Facts carry a number instead of a text because there are a thousand times more of them.
 * Percentiles are integer millionths, so that their sums are the same in whatever order the threads add them.
 */
export async function prepareScratch(workspace: Workspace): Promise<void> {
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_texts (text_id INTEGER, source TINYINT, text VARCHAR, kind TINYINT, column_name VARCHAR, raw VARCHAR);
    CREATE OR REPLACE TEMP TABLE derive_facts (text_id INTEGER, customer INTEGER, value_sum BIGINT, value_count INTEGER, recency DOUBLE, n INTEGER)`);
}

/**
 * Makes the temporary table `table` from a query and gives its texts their numbers, in a column `text_id`.
 * @param query gives text, column_name and raw (the value as the file writes it), and whatever facts are joined by
 */
export async function numberTexts(
  workspace: Workspace,
  table: string,
  query: string,
  source: number,
  kind: Kind,
): Promise<void> {
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE ${table} AS
    SELECT *, CAST((SELECT coalesce(max(text_id), 0) FROM derive_texts) + dense_rank() OVER (ORDER BY text) AS INTEGER) AS text_id FROM (${query});
    INSERT INTO derive_texts SELECT text_id, ${source}, any_value(text), ${kind}, min(column_name), min(raw) FROM ${table} GROUP BY text_id`);
}

/** Scratch → events and strings. A text that came from two files of a source is one string. */
export async function assemble(workspace: Workspace): Promise<void> {
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_strings AS
    SELECT *, CAST(dense_rank() OVER (ORDER BY source, text) - 1 AS INTEGER) AS string
    FROM derive_texts WHERE text_id IN (SELECT DISTINCT text_id FROM derive_facts)`);
  await workspace.run(`
    INSERT INTO events
    SELECT f.customer, s.string, s.source,
      CAST(CAST(sum(f.value_sum) AS DOUBLE) / nullif(sum(f.value_count), 0) / 1e6 AS REAL), CAST(max(f.recency) AS REAL), CAST(sum(f.n) AS INTEGER)
    FROM derive_facts f JOIN derive_strings s USING (text_id)
    GROUP BY f.customer, s.string, s.source ORDER BY f.customer, s.string`);
  await workspace.run(`
    INSERT INTO strings
    SELECT string, any_value(text), any_value(source), min(kind), min(column_name), min(raw), CAST(any_value(df) AS INTEGER)
    FROM derive_strings JOIN (SELECT string, count(*) AS df FROM events GROUP BY string) USING (string) GROUP BY string ORDER BY string`);
  await workspace.run('DROP TABLE derive_facts; DROP TABLE derive_texts; DROP TABLE derive_strings');
}
