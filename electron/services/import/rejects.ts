import type { Workspace } from '../workspace/workspace.js';

/** The rejected rows of the given files as CSV text: file, line (1 is the header), column, reason, raw. */
export async function rejectsCsv(workspace: Workspace, fileIds: number[]): Promise<string> {
  const rows = await workspace.all<{
    name: string;
    line: number;
    column_name: string | null;
    reason: string;
    raw: string | null;
  }>(
    `SELECT f.name, r.line, r.column_name, r.reason, r.raw FROM rejects r JOIN source_files f ON f.id = r.file_id
     WHERE list_contains([${fileIds.map(Number).join(', ')}], r.file_id) ORDER BY r.file_id, r.line`,
  );
  const lines = rows.map((row) =>
    [row.name, String(row.line), row.column_name ?? '', row.reason, row.raw ?? ''].map(quote).join(','),
  );
  return ['file,line,column,reason,raw', ...lines, ''].join('\n');
}

function quote(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
