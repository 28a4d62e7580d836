import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** Writes customers.parquet, strings.parquet and events.parquet, ordered by their numbers, into `folder`. */
export async function dumpDerived(workspace: Workspace, folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const tables = { customers: 'customer', strings: 'string', events: 'customer, string' };
  const written: string[] = [];
  for (const [table, order] of Object.entries(tables)) {
    const path = join(folder, `${table}.parquet`);
    await workspace.run(
      `COPY (SELECT * FROM ${table} ORDER BY ${order}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    written.push(path);
  }
  return written;
}
