import { cellText } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { isSource, type FileKind, type Role } from '../import/sources.js';

/** What one source says of a customer: its newest rows, cells as text. */
export interface CustomerSource {
  kind: FileKind;
  name: string;
  /** Rows that the source has of this customer; `rows` may be fewer. */
  total: number;
  columns: string[];
  rows: string[][];
}

const SHOWN = 50;

type Column = { fileId: number; kind: FileKind; name: string; ordinal: number; column: string; role: Role };

/** Everything that the workspace holds of a customer, newest first where there are times. */
export async function customerRows(workspace: Workspace, userId: string): Promise<CustomerSource[]> {
  const columns = await workspace.all<Column>(
    `SELECT f.id AS "fileId", f.source AS kind, f.name, c.ordinal, c.name AS "column", c.role
     FROM source_files f JOIN source_columns c ON c.file_id = f.id
     WHERE c.role NOT IN ('id', 'ignore') ORDER BY f.id, c.ordinal`,
  );
  const sources: CustomerSource[] = [];
  for (const fileId of new Set(columns.map((column) => column.fileId))) {
    const own = columns.filter((column) => column.fileId === fileId);
    const [first] = own;
    // Labels and segments keep no rows; labels are for scoring rankings alone.
    if (!first || !isSource(first.kind)) continue;
    const source = await sourceRows(workspace, fileId, own, userId);
    if (source.total > 0) sources.push({ kind: first.kind, name: first.name, ...source });
  }
  return sources;
}

async function sourceRows(workspace: Workspace, fileId: number, columns: Column[], userId: string) {
  const table = `rows_${Number(fileId)}`;
  const total = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE user_id = $1`, [userId]);
  const time = columns.find(({ role }) => role === 'time');
  const cells = columns.map(({ ordinal }) => cellText(`c${ordinal}`));
  const order = time ? `c${time.ordinal} DESC NULLS LAST, rowid` : 'rowid';
  const reader = await workspace.connection.runAndReadAll(
    `SELECT ${cells.join(', ')} FROM ${table} WHERE user_id = $1 ORDER BY ${order} LIMIT ${SHOWN}`,
    [userId],
  );
  return {
    total: total?.n ?? 0,
    columns: columns.map(({ column }) => column),
    rows: reader.getRowsJS().map((row) => row.map(String)),
  };
}
