import { isList, partsSql } from '../import/detect-list.js';
import { isSource, sourceNumber, type Source } from '../import/sources.js';
import { defineValueMacros } from '../import/values.js';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { hideCondition, type Hide } from './hide.js';

/** A source file as derivation sees it. */
export interface DerivedFile {
  id: number;
  source: Source;
  number: number;
  name: string;
  /** View of all its rows but the hidden ones. */
  view: string;
  /** The same rows with the number of their `customer`, of the customers that are being derived. */
  rows: string;
  columns: { ordinal: number; name: string; role: string; parse: string | null }[];
}

export type Column = DerivedFile['columns'][number];

export function ofRole(file: DerivedFile, role: string): Column[] {
  return file.columns.filter((column) => column.role === role);
}

export function columnAt(file: DerivedFile, ordinal: number): Column {
  return file.columns.find((column) => column.ordinal === ordinal)!;
}

/** SQL for a column's name in words. */
export function named(column: Column): string {
  return `humanise(${literal(column.name)})`;
}

/** A relation (cell, value): the cells of a text column in `rows`, with what they say or, where they list several values, with each. */
export function valuesIn(rows: string, column: Column): string {
  const cell = `CAST(c${column.ordinal} AS VARCHAR)`;
  const value = isList(column) ? `unnest(${partsSql(cell, column.parse!)})` : cell;
  return `(SELECT DISTINCT ${cell} AS cell, ${value} AS value FROM ${rows} WHERE c${column.ordinal} IS NOT NULL)`;
}

/** The workspace's source files, in an order that does not depend on that of their import. */
export async function derivedFiles(workspace: Workspace): Promise<DerivedFile[]> {
  const files = await workspace.all<{ id: number; source: string; name: string }>(
    'SELECT id, source, name FROM source_files ORDER BY sha256, id',
  );
  const columns = await workspace.all<Column & { file_id: number }>(
    'SELECT file_id, ordinal, name, role, parse FROM source_columns ORDER BY file_id, ordinal',
  );
  return files.flatMap(({ id, source, name }) =>
    isSource(source)
      ? [
          {
            id,
            source,
            number: sourceNumber(source),
            name,
            view: `derive_view_${id}`,
            rows: `derive_rows_${id}`,
            columns: columns.filter((column) => column.file_id === id),
          },
        ]
      : [],
  );
}

/**
 * Makes the relations `view` and `rows` of all files.
 * @param chosen the relation of customers (customer, user_id): the table of all of them, or some that are copied out
 * @returns numbers of hidden rows by file name, of the files that are concerned
 */
export async function openRows(
  workspace: Workspace,
  files: readonly DerivedFile[],
  hides: readonly Hide[],
  chosen: 'customers' | 'derive_chosen',
): Promise<Record<string, number>> {
  const hidden: Record<string, number> = {};
  for (const file of files) {
    const conditions = hides.map((hide) => hideCondition(hide, file)).filter((condition) => condition !== undefined);
    const where = conditions.length > 0 ? conditions.join(' OR ') : 'false';
    const kind = chosen === 'customers' ? 'VIEW' : 'TABLE';
    await workspace.run(`
      CREATE OR REPLACE TEMP VIEW ${file.view} AS SELECT * FROM rows_${file.id} WHERE NOT coalesce((${where}), false);
      CREATE OR REPLACE TEMP ${kind} ${file.rows} AS SELECT v.*, c.customer FROM ${file.view} v JOIN ${chosen} c USING (user_id)`);
    if (conditions.length === 0) continue;
    const count = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM rows_${file.id} WHERE ${where}`);
    hidden[file.name] = count?.n ?? 0;
  }
  return hidden;
}

/** Number of rows that a hide leaves out, in all files; 0 where its value is written otherwise. */
export async function countHidden(workspace: Workspace, hide: Hide): Promise<number> {
  // Numbers are compared as they are read.
  await defineValueMacros(workspace);
  let hidden = 0;
  for (const file of await derivedFiles(workspace)) {
    const condition = hideCondition(hide, file);
    if (condition === undefined) continue;
    const counted = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM rows_${file.id} WHERE ${condition}`);
    hidden += counted!.n;
  }
  return hidden;
}

/** Drops what `openRows` made. */
export async function closeRows(
  workspace: Workspace,
  files: readonly DerivedFile[],
  chosen: 'customers' | 'derive_chosen',
): Promise<void> {
  const kind = chosen === 'customers' ? 'VIEW' : 'TABLE';
  for (const { rows, view } of files) await workspace.run(`DROP ${kind} ${rows}; DROP VIEW ${view}`);
}
