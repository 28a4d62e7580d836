import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { NAMED, parseFor, type ColumnRole } from './roles.js';
import { FILE_KINDS, ROLES, type FileKind, type Role } from './sources.js';

const mappingSchema = z.record(
  z.string(),
  z.strictObject({ source: z.enum(FILE_KINDS).optional(), columns: z.record(z.string(), z.enum(ROLES)).optional() }),
);

/** Per file name: what it is, and the roles of columns that are not to be guessed. */
export type Mapping = z.infer<typeof mappingSchema>;
/** Roles of columns by name. */
export type Roles = Readonly<Record<string, Role>>;

/** @throws AppError mapping-invalid when the file is missing, is no JSON or says something unknown */
export function readMapping(path: string): Mapping {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new AppError(
      'mapping-invalid',
      missing ? 'There is no such mapping file' : 'The mapping file is not valid JSON',
      'check the path and the syntax',
      { file: path },
    );
  }
  const parsed = mappingSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError(
    'mapping-invalid',
    `The mapping file says something unknown at ${issue?.path.join(' > ') || 'its top'}: ${issue?.message ?? ''}`,
    `write {"file.csv": {"source": one of ${FILE_KINDS.join('|')}, "columns": {"column": one of ${ROLES.join('|')}}}}`,
    { file: path },
  );
}

/** What the mapping says a file is, if it says so. */
export function mappedKind(mapping: Mapping | undefined, fileName: string): FileKind | undefined {
  return mapping?.[fileName]?.source;
}

/**
 * Checks that every entry of a mapping is of a file that is being imported.
 * @throws AppError mapping-unused
 */
export function checkMappedFiles(mapping: Mapping, fileNames: readonly string[]): void {
  const unused = Object.keys(mapping).find((name) => !fileNames.includes(name));
  if (unused === undefined) return;
  throw new AppError(
    'mapping-unused',
    `The mapping speaks of "${unused}", which is not among the files to import`,
    `they are ${fileNames.join(', ')}; write a file's name without its folder`,
    { file: unused },
  );
}

/** The reason of a role that a person set. */
export const SET = 'set by the mapping';

/**
 * Whether columns have the roles that were given for them, and no others that a person set: reading their file anew would
 * not give them other roles.
 * @param idColumn name of the customer id column, where the file has it
 */
export function haveRoles(columns: readonly ColumnRole[], given: Roles, idColumn: string | undefined): boolean {
  const names = new Set(columns.map(({ name }) => name));
  if (Object.keys(given).some((name) => !names.has(name))) return false;
  if (columns.some(({ name, role, reason }) => (name in given ? given[name] !== role : reason === SET))) return false;
  if (Object.values(given).includes('id')) return true;
  const id = columns.find(({ role }) => role === 'id');
  return idColumn === undefined ? id?.reason !== NAMED : idColumn === id?.name || !names.has(idColumn);
}

/**
 * The detected roles with those given put over them. A given id column replaces the detected one.
 * @throws AppError unknown-column when a role is given to a column that the file does not have
 */
export async function applyRoles(
  workspace: Workspace,
  sample: string,
  detected: ColumnRole[],
  given: Roles,
  path: string,
): Promise<ColumnRole[]> {
  const roles = Object.entries(given);
  const unknown = roles.find(([name]) => !detected.some((column) => column.name === name));
  if (unknown) {
    throw new AppError(
      'unknown-column',
      `There is no column "${unknown[0]}"`,
      `the file has ${detected.map((column) => column.name).join(', ')}`,
      { file: path, column: unknown[0] },
    );
  }
  const columns = detected.map((column) => ({ ...column }));
  if (roles.some(([, role]) => role === 'id')) {
    for (const column of columns) if (column.role === 'id') column.role = 'ignore';
  }
  for (const [name, role] of roles) {
    const column = columns.find((candidate) => candidate.name === name)!;
    column.parse =
      role === column.detectedRole ? column.parse : await parseFor(workspace, sample, name, column.ordinal, role);
    column.role = role;
    column.reason = SET;
  }
  return columns;
}
