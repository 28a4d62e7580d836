import { createHash } from 'node:crypto';
import { AppError } from '../errors.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import { defineValueMacros } from '../import/values.js';
import type { Workspace } from '../workspace/workspace.js';
import { addEventStrings, addProfileStrings, addAggregates, type DerivedFile } from './facts.js';
import { hideCondition, type Hide } from './hide.js';
import { assemble, prepareScratch } from './scratch.js';
import { defineTextMacros } from './text.js';
import { isSource, sourceNumber } from '../import/sources.js';

/** Raise when the meaning of strings or events changes, so that existing workspaces derive again. */
const DERIVE_VERSION = 3;

export interface DeriveReport {
  /** False when nothing changed since the last time, and nothing was done. */
  derived: boolean;
  customers: number;
  strings: number;
  events: number;
  /** Rows hidden, per file name. */
  hidden: Record<string, number>;
  /** Columns left out, and why. */
  skipped: string[];
}

/**
 * Turns the accepted rows into customers, strings and events (see docs/derive.md for their exact meaning).
 * The same rows always give the same tables, row for row. One transaction.
 * @param hides rows to leave out before anything is computed
 * @throws AppError no-sources, unknown-column
 */
export async function derive(workspace: Workspace, hides: Hide[] = [], task: Task = unattended): Promise<DeriveReport> {
  const files = await sourceFiles(workspace);
  if (files.length === 0)
    throw new AppError(
      'no-sources',
      'The workspace holds no customer data',
      'import a profile, purchases or another source first',
      { file: workspace.path },
    );
  const conditions = hides.map((hide) => ({ hide, files: files.filter((file) => hideCondition(hide, file)) }));
  const unused = conditions.find((condition) => condition.files.length === 0);
  if (unused)
    throw new AppError(
      'unknown-column',
      `No imported file has a column "${unused.hide.column}" to hide rows by`,
      'check the name in the output of info',
      { column: unused.hide.column },
    );

  const fingerprint = await inputFingerprint(workspace, hides);
  if ((await workspace.meta('derive_fingerprint')) === fingerprint) {
    return { ...(await derivedState(workspace)), derived: false, hidden: {} };
  }
  await defineValueMacros(workspace);
  await defineTextMacros(workspace);
  return workspace.transaction(async () => {
    const hidden = await makeViews(workspace, files, hides);
    await makeCustomers(workspace, files);
    await prepareScratch(workspace);
    const skipped: string[] = [];
    for (const [at, file] of files.entries()) {
      throwIfCancelled(task, 'Derive');
      task.progress({ stage: 'derive', done: at, total: files.length });
      if (file.source === 'profile') skipped.push(...(await addProfileStrings(workspace, file)));
      else {
        await addEventStrings(workspace, file);
        await addAggregates(workspace, file, files.filter((other) => other.source === file.source).length > 1);
      }
    }
    await assemble(workspace);
    await workspace.setMeta('derive_fingerprint', fingerprint);
    await workspace.setMeta('derive_skipped', JSON.stringify(skipped));
    task.progress({ stage: 'derive', done: files.length, total: files.length });
    return { ...(await sizes(workspace)), derived: true, hidden, skipped };
  });
}

/** What the last derivation left in the workspace; `derived` is false before the first one. */
export type DerivedState = Omit<DeriveReport, 'hidden'>;

export async function derivedState(workspace: Workspace): Promise<DerivedState> {
  const skipped = JSON.parse((await workspace.meta('derive_skipped')) ?? '[]') as string[];
  return { ...(await sizes(workspace)), derived: (await workspace.meta('derive_fingerprint')) !== undefined, skipped };
}

async function sourceFiles(workspace: Workspace): Promise<DerivedFile[]> {
  const files = await workspace.all<{ id: number; source: string; name: string }>(
    'SELECT id, source, name FROM source_files ORDER BY sha256, id',
  );
  const columns = await workspace.all<{ file_id: number; ordinal: number; name: string; role: string }>(
    'SELECT file_id, ordinal, name, role FROM source_columns ORDER BY file_id, ordinal',
  );
  return files.flatMap((file) =>
    isSource(file.source)
      ? [
          {
            id: file.id,
            source: file.source,
            number: sourceNumber(file.source),
            name: file.name,
            view: `derive_rows_${file.id}`,
            columns: columns.filter((column) => column.file_id === file.id),
          },
        ]
      : [],
  );
}

async function makeViews(workspace: Workspace, files: DerivedFile[], hides: Hide[]): Promise<Record<string, number>> {
  const hidden: Record<string, number> = {};
  for (const file of files) {
    const conditions = hides.map((hide) => hideCondition(hide, file)).filter((condition) => condition !== undefined);
    const where = conditions.length > 0 ? conditions.join(' OR ') : 'false';
    await workspace.run(
      `CREATE OR REPLACE TEMP VIEW ${file.view} AS SELECT * FROM rows_${file.id} WHERE NOT coalesce((${where}), false)`,
    );
    if (conditions.length === 0) continue;
    const count = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM rows_${file.id} WHERE ${where}`);
    hidden[file.name] = count?.n ?? 0;
  }
  return hidden;
}

/** Customers keep their row even when all their rows are hidden: hiding must not tell who had them. */
async function makeCustomers(workspace: Workspace, files: DerivedFile[]): Promise<void> {
  const ids = files.map((file) => `SELECT user_id FROM rows_${file.id}`).join(' UNION ALL ');
  await workspace.run('DELETE FROM customers; DELETE FROM strings; DELETE FROM events; DELETE FROM customer_index');
  await workspace.run(
    `INSERT INTO customers SELECT CAST(row_number() OVER (ORDER BY user_id) - 1 AS INTEGER), user_id FROM (SELECT DISTINCT user_id FROM (${ids})) ORDER BY user_id`,
  );
}

async function sizes(workspace: Workspace): Promise<{ customers: number; strings: number; events: number }> {
  const row = await workspace.one<{ customers: number; strings: number; events: number }>(
    'SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM strings) AS strings, (SELECT count(*) FROM events) AS events',
  );
  return row!;
}

async function inputFingerprint(workspace: Workspace, hides: Hide[]): Promise<string> {
  const files = await workspace.all(
    "SELECT id, source, name, sha256 FROM source_files WHERE source NOT IN ('labels', 'segment') ORDER BY id",
  );
  const columns = await workspace.all(
    'SELECT file_id, ordinal, name, role, parse FROM source_columns ORDER BY file_id, ordinal',
  );
  return createHash('sha256')
    .update(JSON.stringify([DERIVE_VERSION, files, columns, hides]))
    .digest('hex');
}
