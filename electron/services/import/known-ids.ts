import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** A query giving the ids of all customers that the source files of the workspace know, but for one file where told. */
export async function knownIds(workspace: Workspace, except = 0): Promise<string> {
  const files = await workspace.all<{ id: number; hashed: boolean }>(
    `SELECT id, id IN (SELECT file_id FROM row_hashes) AS hashed FROM source_files
     WHERE source NOT IN ('labels', 'segment') AND id <> $1 ORDER BY id`,
    [except],
  );
  if (files.length === 0) return 'SELECT CAST(NULL AS VARCHAR) AS user_id WHERE false';
  const from = files.map(({ id, hashed }) => (hashed ? `row_hashes WHERE file_id = ${id}` : `rows_${id}`));
  return from.map((table) => `SELECT user_id FROM ${table}`).join(' UNION ALL ');
}

/** Files that earlier versions imported get the hashes of their rows, as the workspace has them. */
export async function hashOlderFiles(workspace: Workspace): Promise<void> {
  const files = await workspace.all<{ id: number }>(
    `SELECT id FROM source_files WHERE source NOT IN ('labels', 'segment') AND id NOT IN (SELECT file_id FROM row_hashes)`,
  );
  for (const { id } of files) {
    await workspace.run(
      `INSERT INTO row_hashes SELECT ${id}, user_id, count(*), sum(hash(r)) FROM rows_${id} r GROUP BY user_id`,
    );
  }
}

/** Those of some texts that are ids of customers. */
export type IdsAmong = (texts: readonly string[]) => Promise<ReadonlySet<string>>;

/** Looks texts up among the customers that the source files of the workspace know. */
export function idsIn(workspace: Workspace): IdsAmong {
  return async (texts) => {
    const rows = await workspace.all<{ user_id: string }>(
      `SELECT DISTINCT user_id FROM (${await knownIds(workspace)}) WHERE user_id IN (SELECT unnest([${texts.map(literal).join(',')}]::VARCHAR[]))`,
    );
    return new Set(rows.map((row) => row.user_id));
  };
}
