import type { Workspace } from '../workspace/workspace.js';
import { knownIds } from './known-ids.js';
import type { Counts } from './load.js';
import { removedFiles, type RemovedFile } from './remove-file.js';
import { isSource, type FileKind, type Role } from './sources.js';

/** One imported file, as the window shows it. */
export interface SourceOverview extends Omit<Counts, 'read'> {
  fileId: number;
  kind: FileKind;
  name: string;
  customers: number;
  /** First and last day of its rows, ISO 8601, or null where it has no time. */
  from: string | null;
  to: string | null;
  columns: { name: string; role: Role; reason: string }[];
  /** The most frequent values of its first text column with several rows to each. */
  frequent: { text: string; count: number }[];
}

/** Rejected rows by reason, and a few of them. */
export interface RejectSummary {
  reasons: { reason: string; count: number }[];
  examples: { line: number; column: string | null; reason: string }[];
}

const FREQUENT = 5;
const EXAMPLES = 20;

type FileRow = { id: number; source: FileKind; name: string; accepted: number; rejected: number; duplicates: number };
type ColumnRow = { ordinal: number; name: string; role: Role; reason: string };

/** What the workspace holds: every imported file, the customers in all of them, and the files that were deleted. */
export async function overviewOf(
  workspace: Workspace,
): Promise<{ customers: number; sources: SourceOverview[]; removed: RemovedFile[] }> {
  const files = await workspace.all<FileRow>(
    'SELECT id, source, name, accepted, rejected, duplicates FROM source_files ORDER BY id',
  );
  const row = await workspace.one<{ n: number }>(
    `SELECT count(DISTINCT user_id) AS n FROM (${await knownIds(workspace)})`,
  );
  const sources: SourceOverview[] = [];
  for (const file of files) sources.push(await sourceOverview(workspace, file));
  return { customers: row?.n ?? 0, sources, removed: await removedFiles(workspace) };
}

async function sourceOverview(workspace: Workspace, file: FileRow): Promise<SourceOverview> {
  const columns = await workspace.all<ColumnRow>(
    'SELECT ordinal, name, role, reason FROM source_columns WHERE file_id = $1 ORDER BY ordinal',
    [file.id],
  );
  const base = {
    fileId: file.id,
    kind: file.source,
    name: file.name,
    accepted: file.accepted,
    rejected: file.rejected,
    duplicates: file.duplicates,
    columns: columns.map(({ name, role, reason }) => ({ name, role, reason })),
  };
  // Labels and segments keep no rows table; each of their accepted rows is one customer.
  if (!isSource(file.source)) return { ...base, customers: file.accepted, from: null, to: null, frequent: [] };
  return { ...base, ...(await contentsOf(workspace, `rows_${file.id}`, columns)) };
}

async function contentsOf(workspace: Workspace, table: string, columns: ColumnRow[]) {
  const time = columns.find(({ role }) => role === 'time');
  const span = time
    ? `strftime(min(c${time.ordinal}), '%Y-%m-%d') AS "from", strftime(max(c${time.ordinal}), '%Y-%m-%d') AS "to"`
    : 'NULL AS "from", NULL AS "to"';
  const facts = await workspace.one<{ customers: number; from: string | null; to: string | null }>(
    `SELECT count(DISTINCT user_id) AS customers, ${span} FROM ${table}`,
  );
  const text = columns.find(({ role }) => role === 'text');
  const frequent = text
    ? await workspace.all<{ text: string; count: number }>(
        `SELECT c${text.ordinal} AS text, count(*) AS count FROM ${table}
         WHERE c${text.ordinal} IS NOT NULL GROUP BY text ORDER BY count DESC, text LIMIT ${FREQUENT}`,
      )
    : [];
  return { customers: facts?.customers ?? 0, from: facts?.from ?? null, to: facts?.to ?? null, frequent };
}

export async function rejectSummary(workspace: Workspace, fileId: number): Promise<RejectSummary> {
  const reasons = await workspace.all<{ reason: string; count: number }>(
    'SELECT reason, count(*) AS count FROM rejects WHERE file_id = $1 GROUP BY reason ORDER BY count DESC, reason LIMIT 10',
    [fileId],
  );
  const examples = await workspace.all<{ line: number; column: string | null; reason: string }>(
    `SELECT line, column_name AS "column", reason FROM rejects WHERE file_id = $1 ORDER BY line LIMIT ${EXAMPLES}`,
    [fileId],
  );
  return { reasons, examples };
}
