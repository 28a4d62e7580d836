import { AppError } from '../errors.js';
import { ident } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Role } from './sources.js';

/** Where a profile file keeps a column. Columns that are ignored or sensitive are nowhere. */
export interface ProfileCell {
  fileId: number;
  ordinal: number;
  name: string;
  role: Role;
}

/** A column of the profile, over all files that have it; numbers only when all of them do. */
export interface ProfileColumn {
  name: string;
  isNumber: boolean;
}

/** Columns of the imported profiles, which customers can be shown, filtered and coloured by. */
export async function profileColumns(workspace: Workspace): Promise<ProfileColumn[]> {
  const cells = await profileCells(workspace);
  return [...new Set(cells.map(({ name }) => name))].map((name) => ({
    name,
    isNumber: cells.filter((cell) => cell.name === name).every(({ role }) => role === 'number'),
  }));
}

/** The files that have a column. @throws AppError column-missing */
export async function cellsOf(workspace: Workspace, column: string): Promise<ProfileCell[]> {
  const cells = (await profileCells(workspace)).filter(({ name }) => name === column);
  if (cells.length > 0) return cells;
  throw new AppError('column-missing', `The profile has no column "${column}"`, 'choose another one', { column });
}

/**
 * Query for user_id and cell: each customer's value of the column, the first where several files have one.
 * @param condition which rows count, as SQL
 */
export function cellSql(cells: readonly ProfileCell[], condition = 'true'): string {
  const parts = cells.map(({ fileId, ordinal }) => {
    const cell = ident(`c${Number(ordinal)}`);
    return `SELECT user_id, ${cell} AS cell FROM rows_${Number(fileId)} WHERE ${cell} IS NOT NULL AND ${condition}`;
  });
  return `SELECT user_id, first(cell) AS cell FROM (${parts.join(' UNION ALL ')}) GROUP BY user_id`;
}

function profileCells(workspace: Workspace): Promise<ProfileCell[]> {
  return workspace.all<{ fileId: number; ordinal: number; name: string; role: Role }>(
    `SELECT f.id AS "fileId", c.ordinal, c.name, c.role FROM source_files f JOIN source_columns c ON c.file_id = f.id
     WHERE f.source = 'profile' AND c.role IN ('text', 'number', 'time') ORDER BY f.id, c.ordinal`,
  );
}
