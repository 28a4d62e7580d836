import type { Workspace } from '../workspace/workspace.js';

/** Moves the staged rows of the customers of `only` to another file, in place of those it had of them. */
export async function takeOver(workspace: Workspace, staged: number, fileId: number, only: string): Promise<void> {
  await workspace.run(`
    DELETE FROM rows_${fileId} WHERE user_id IN (${only});
    DELETE FROM row_hashes WHERE file_id = ${fileId} AND user_id IN (${only})`);
  await moveStaged(workspace, staged, fileId);
}

/** Adds staged rows, their hashes and rejects to a file. */
export async function addStaged(workspace: Workspace, staged: number, fileId: number): Promise<void> {
  await moveStaged(workspace, staged, fileId);
  // A customer's rows now come from two files: their hashes add up.
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE import_hashes AS
    SELECT user_id, sum(n) AS n, sum(hash) AS hash FROM row_hashes WHERE file_id = ${fileId} GROUP BY user_id HAVING count(*) > 1;
    DELETE FROM row_hashes WHERE file_id = ${fileId} AND user_id IN (SELECT user_id FROM import_hashes);
    INSERT INTO row_hashes SELECT ${fileId}, user_id, n, hash FROM import_hashes;
    DROP TABLE import_hashes`);
}

async function moveStaged(workspace: Workspace, staged: number, fileId: number): Promise<void> {
  await workspace.run(`
    INSERT INTO rows_${fileId} SELECT * FROM rows_${staged};
    DROP TABLE rows_${staged};
    UPDATE row_hashes SET file_id = ${fileId} WHERE file_id = ${staged};
    UPDATE rejects SET file_id = ${fileId} WHERE file_id = ${staged}`);
}
