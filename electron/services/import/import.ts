import { basename } from 'node:path';
import { AppError } from '../errors.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { addRows } from './add-rows.js';
import { hashOlderFiles, knownIds } from './known-ids.js';
import type { Counts } from './load.js';
import { checkMappedFiles, haveRoles, SET, type Mapping, type Roles } from './mapping.js';
import { hashWithStart, probe, type FileShape } from './probe.js';
import { readRows, type Reading, type ReadRows } from './read-file.js';
import { checkShrinking, readAnew, replaceRows } from './replace-file.js';
import type { ColumnRole } from './roles.js';
import type { FileKind } from './sources.js';
import {
  keepOutcome,
  nextFileId,
  record,
  recordAddition,
  sameContent,
  storedFile,
  type StoredFile,
} from './stored-file.js';
import { defineValueMacros } from './values.js';

/** One file to import, and as what. */
export interface ImportRequest {
  kind: FileKind;
  path: string;
  /**
   * The file of the workspace whose newer version this is, whose rows it adds to, or which it is known to be unchanged from.
   * 'previous' is what the request before this one imports.
   */
  earlier?: { fileId: number | 'previous'; as: 'replacement' | 'addition' | 'unchanged' };
  /** Refuses a replacement that leaves fewer than half of the earlier file's rows, as `ReplacementShrinks`. */
  refuseShrinking?: boolean;
  /**
   * All roles that are not to be guessed, in place of those of the mapping and of those set for the earlier version. The file
   * is read again when it has others, so that the workspace's past makes no difference; the same content is then
   * noticed among the files of the same call alone.
   */
  roles?: Roles;
}

export interface ImportOptions {
  /** Sources and column roles by file name. */
  mapping?: Mapping;
  /** Name of the customer id column, for files that have a column of this name. */
  idColumn?: string;
  /** Names of columns that are sensitive in every file that has them. */
  sensitive?: readonly string[];
}

/** What an import did. `alreadyImported` files are left alone; their counts are those of the first time. */
export interface ImportReport extends Counts {
  fileId: number;
  kind: FileKind;
  file: string;
  alreadyImported: boolean;
  /** What became of an earlier file. */
  change: 'new' | 'replaced' | 'added' | 'unchanged';
  columns: ColumnRole[];
  /** Distinct customer ids in the file, and how many of them other files of the workspace know. */
  customers: number;
  knownCustomers: number;
  warnings: string[];
}

/**
 * Imports files, all of them or none: any failure leaves the workspace as it was.
 * @throws AppError for a file that cannot be read, has no id column, or shares no id with the workspace, and for an
 *   option that speaks of a file or column that is not there
 */
export async function importFiles(
  workspace: Workspace,
  requests: ImportRequest[],
  options: ImportOptions = {},
  task: Task = unattended,
): Promise<ImportReport[]> {
  checkMappedFiles(
    options.mapping ?? {},
    requests.map((request) => basename(request.path)),
  );
  await defineValueMacros(workspace);
  return workspace.transaction(async () => {
    await hashOlderFiles(workspace);
    const reports: ImportReport[] = [];
    for (const [at, request] of requests.entries()) {
      throwIfCancelled(task, 'Import');
      task.progress({ stage: 'import', done: at, total: requests.length });
      reports.push(
        await workspace.watched(task, `import ${request.path}`, () => importFile(workspace, request, options, reports)),
      );
    }
    for (const name of [options.idColumn ?? [], options.sensitive ?? []].flat()) checkIsColumn(reports, name);
    task.progress({ stage: 'import', done: requests.length, total: requests.length });
    return reports;
  });
}

function checkIsColumn(reports: readonly ImportReport[], name: string): void {
  if (reports.some((report) => report.columns.some((column) => column.name === name))) return;
  throw new AppError('unknown-column', `None of the files has a column "${name}"`, 'check the name given', {
    column: name,
  });
}

async function importFile(
  workspace: Workspace,
  request: ImportRequest,
  options: ImportOptions,
  before: readonly ImportReport[],
): Promise<ImportReport> {
  const found = await probe(request.path);
  const earlier = await earlierOf(workspace, request, before);
  if (earlier && request.earlier?.as === 'unchanged') return reportAgain(earlier, request);
  const hasOtherRoles = earlier && request.roles && !haveRoles(earlier.columns, request.roles, options.idColumn);
  // A file of told roles is not needed when the same call brings its content, or when its earlier version has it.
  const counts = (id: number, added: boolean): boolean =>
    before.some(({ fileId }) => fileId === id) || (id === earlier?.id && !added && !hasOtherRoles);
  const same = await sameContent(workspace, found, request.roles && counts);
  if (same !== undefined) return reportAgain(await storedFile(workspace, same), request);
  // Hashing goes on beside the reading, which DuckDB does in threads of its own.
  const hash = hashWithStart(request.path, earlier?.bytes);
  hash.catch(() => undefined);
  const { kind, path } = request;
  const known = await knownIds(workspace, earlier?.id);
  const roles = rolesOf(found, request, options, earlier);
  const reading: Reading = { kind, path, found, hash, known, roles, idColumn: options.idColumn };
  const isAddition = request.earlier?.as === 'addition';
  if (earlier && isAddition) {
    const { columns, counts } = await addRows(workspace, earlier, reading);
    await recordAddition(workspace, earlier, found, (await hash).whole, counts);
    return { ...(await reportOf(workspace, earlier.id, reading, { columns, counts })), change: 'added' };
  }
  const fileId = earlier?.id ?? (await nextFileId(workspace));
  const replace = hasOtherRoles ? readAnew : replaceRows;
  const read = earlier ? await replace(workspace, earlier, reading) : await readRows(workspace, fileId, reading);
  const report = await reportOf(workspace, fileId, reading, read);
  checkMatch(report, reading, await hasOthers(workspace, known));
  if (earlier && request.refuseShrinking) checkShrinking(earlier, read.counts.accepted);
  await record(workspace, fileId, kind, found, (await hash).whole, read.columns, read.counts);
  await keepOutcome(workspace, fileId, kind, found.name, read.columns);
  return { ...report, change: earlier ? 'replaced' : 'new' };
}

async function earlierOf(
  workspace: Workspace,
  request: ImportRequest,
  before: readonly ImportReport[],
): Promise<StoredFile | undefined> {
  const named = request.earlier?.fileId;
  const fileId = named === 'previous' ? before.at(-1)?.fileId : named;
  if (fileId === undefined) return undefined;
  const earlier = await storedFile(workspace, fileId);
  checkKind(earlier, request);
  return earlier;
}

function checkKind(earlier: StoredFile, { kind, path }: ImportRequest): void {
  if (earlier.kind === kind) return;
  throw new AppError(
    'kind-differs',
    `${earlier.name} is a file of ${earlier.kind}, not of ${kind}`,
    `import this one as ${earlier.kind}, or as a file of its own`,
    { file: path },
  );
}

/** Roles that are not to be guessed: those that a person set for the earlier version, then what is told now. */
function rolesOf(
  found: FileShape,
  { earlier: change, roles }: ImportRequest,
  { mapping, sensitive = [] }: ImportOptions,
  earlier: StoredFile | undefined,
): Roles {
  if (roles) return roles;
  const kept = change?.as === 'replacement' ? (earlier?.columns ?? []) : [];
  const has = (name: string): boolean => found.format === 'parquet' || found.columns.includes(name);
  return Object.fromEntries([
    ...kept.filter(({ name, reason }) => reason === SET && has(name)).map(({ name, role }) => [name, role] as const),
    ...Object.entries(mapping?.[found.name]?.columns ?? {}),
    ...sensitive.filter(has).map((name) => [name, 'sensitive'] as const),
  ]);
}

/** Who is in the rows of a file, or in its accepted rows where it is read for the first time. */
async function reportOf(
  workspace: Workspace,
  fileId: number,
  { kind, path, known }: Reading,
  { columns, counts }: ReadRows,
): Promise<ImportReport> {
  const row = await workspace.one<{ total: number; shared: number }>(
    `SELECT count(*) AS total, count(*) FILTER (user_id IN (${known})) AS shared FROM row_hashes WHERE file_id = ${fileId}`,
  );
  const { total, shared } = row ?? { total: 0, shared: 0 };
  return {
    fileId,
    kind,
    file: path,
    alreadyImported: false,
    change: 'new',
    columns,
    customers: total,
    knownCustomers: shared,
    warnings:
      kind === 'labels' && !columns.some(({ role }) => role === 'label')
        ? ['no column holds labels: write 1 and 0, yes and no, won and lost or the like']
        : [],
    ...counts,
  };
}

async function hasOthers(workspace: Workspace, known: string): Promise<boolean> {
  return (await workspace.one(`SELECT 1 AS one FROM (${known}) LIMIT 1`)) !== undefined;
}

/** Refuses a file that shares no customer with the others, and warns of one that shares few. */
function checkMatch(report: ImportReport, { path }: Reading, others: boolean): void {
  const { customers, knownCustomers, columns, warnings } = report;
  if (!others) return;
  if (knownCustomers === 0) {
    const id = columns.find((column) => column.role === 'id')!;
    throw new AppError(
      'ids-do-not-match',
      `None of its ${customers} customer ids occurs in the files imported before`,
      'check that this is the same kind of id, or name the right column with --id COLUMN',
      { file: path, column: id.name },
    );
  }
  if (knownCustomers < customers / 2)
    warnings.push(`only ${knownCustomers} of its ${customers} customers occur in the files imported before`);
}

function reportAgain(file: StoredFile, { kind, path }: ImportRequest): ImportReport {
  return {
    fileId: file.id,
    kind,
    file: path,
    alreadyImported: true,
    change: 'unchanged',
    read: file.read,
    accepted: file.accepted,
    rejected: file.rejected,
    duplicates: file.duplicates,
    customers: 0,
    knownCustomers: 0,
    warnings: [`the same content was imported before as ${file.kind} (${file.name}); nothing was imported again`],
    columns: file.columns,
  };
}
