import type { Workspace } from '../workspace/workspace.js';
import { guessKind } from './guess-kind.js';
import { knownIds } from './known-ids.js';
import { asUtf8, hashFile, probe, takeSample, withColumns, type FileShape } from './probe.js';
import { detectRoles, type ColumnRole } from './roles.js';
import { seemsSensitive } from './sensitive.js';
import type { FileKind } from './sources.js';
import { defineValueMacros } from './values.js';

/** What a file seems to hold, before anything of it is imported. */
export interface Inspection {
  kind: FileKind;
  reason: string;
  /** "CSV, gzip, utf-8, comma" and the like. */
  format: string;
  columns: (ColumnRole & { mayBeSensitive: boolean })[];
  /** The first rows, one cell per column. */
  rows: string[][];
  alreadyImported: boolean;
}

const SAMPLE_ROWS = 5_000;
const PREVIEW_ROWS = 6;
const TABLE = 'inspect_sample';
const delimiters: Record<string, string> = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'bar' };

/**
 * Looks at a file without importing it: what it holds, the roles of its columns with reasons, its first rows.
 * The workspace is left as it was.
 * @throws AppError as importFiles does for files that cannot be read
 */
export async function inspectFile(workspace: Workspace, path: string): Promise<Inspection> {
  await defineValueMacros(workspace);
  const found = await probe(path);
  return workspace.withScratch(async (folder) => {
    const shape = await withColumns(workspace, await asUtf8(found, folder));
    try {
      await takeSample(workspace, shape, TABLE, SAMPLE_ROWS);
      return await describe(workspace, shape, found);
    } finally {
      await workspace.run(`DROP TABLE IF EXISTS ${TABLE}`);
    }
  });
}

async function describe(workspace: Workspace, shape: FileShape, found: FileShape): Promise<Inspection> {
  const known = await knownIds(workspace);
  const roles = (kind: FileKind) => detectRoles(workspace, TABLE, shape.columns, kind, undefined, known);
  // The kind is not known yet; roles differ by kind for labels and segments only.
  const columns = await roles('services');
  const { kind, reason } = guessKind({ name: found.name, columns, ...(await traitsOf(workspace, columns)) });
  const preview = await workspace.connection.runAndReadAll(`SELECT * FROM ${TABLE} LIMIT ${PREVIEW_ROWS}`);
  const sha256 = await hashFile(found.path);
  const earlier = await workspace.one('SELECT 1 AS one FROM source_files WHERE sha256 = $1', [sha256]);
  return {
    kind,
    reason,
    format: formatOf(found),
    columns: (kind === 'labels' || kind === 'segment' ? await roles(kind) : columns).map((column) => ({
      ...column,
      mayBeSensitive: seemsSensitive(column.name),
    })),
    rows: preview.getRowsJS().map((row) => row.map((cell) => (cell === null ? '' : String(cell)))),
    alreadyImported: earlier !== undefined,
  };
}

async function traitsOf(workspace: Workspace, columns: ColumnRole[]) {
  const id = columns.find(({ role }) => role === 'id');
  if (!id) return { rowsPerCustomer: Infinity, binary: [] };
  const others = columns.filter((column) => column !== id);
  const isBinary = others.map(
    ({ ordinal }) =>
      `coalesce(bool_and(lower(trim(c${ordinal})) IN ('0', '1', '0.0', '1.0', 'true', 'false')), false) AS b${ordinal}`,
  );
  const row = await workspace.one(
    `SELECT count(*) / count(DISTINCT trim(c${id.ordinal})) AS per_customer${isBinary.map((sql) => `, ${sql}`).join('')} FROM ${TABLE}`,
  );
  return {
    rowsPerCustomer: Number(row?.['per_customer'] ?? Infinity),
    binary: others.filter(({ ordinal }) => row?.[`b${ordinal}`] === true).map(({ name }) => name),
  };
}

function formatOf({ format, gzip, encoding, delimiter }: FileShape): string {
  if (format === 'parquet') return 'Parquet';
  const parts = ['CSV', gzip ? 'gzip' : undefined, encoding.toUpperCase(), delimiters[delimiter] ?? delimiter];
  return parts.filter(Boolean).join(', ');
}
