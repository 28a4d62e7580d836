import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { compose } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import type { ImportReport, ImportRequest } from '../../services/import/import.js';
import { mappedKind, readMapping, type Mapping } from '../../services/import/mapping.js';
import { rejectsCsv } from '../../services/import/rejects.js';
import { seemsSensitive } from '../../services/import/sensitive.js';
import { FILE_KINDS, isFileKind } from '../../services/import/sources.js';
import { findFile } from '../../services/import/stored-file.js';
import type { Workspace } from '../../services/workspace/workspace.js';
import { printResult, terminalTask } from '../output.js';

interface Options {
  workspace: string;
  map?: string;
  id?: string;
  sensitive: string[];
  replace?: string;
  append?: string;
  rejects?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('import')
    .description('import customer data; several files per source may be given')
    .argument('<SOURCE=FILE...>', `SOURCE is one of ${FILE_KINDS.join(', ')}; with --map, FILE alone will do`)
    .requiredOption('--workspace <file>', 'the workspace; it is made when it does not exist')
    .option('--map <mapping.json>', 'sources and column roles by file name')
    .option('--id <column>', 'name of the customer id column')
    .option(
      '--sensitive <column>',
      'a column for fairness and consent that the model must not see; may be repeated',
      (column: string, all: string[]) => [...all, column],
      [],
    )
    .option('--replace <name>', 'the file is the new version of this file of the workspace')
    .option('--append <name>', 'the rows are added to those of this file of the workspace')
    .option('--rejects <rejects.csv>', 'write the rejected rows of these files here')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(files: string[], options: Options): Promise<void> {
  const mapping = options.map ? readMapping(options.map) : undefined;
  const requests = files.map((file) => parseRequest(file, mapping));
  if (options.id !== undefined && requests.every(({ path }) => hasMappedId(mapping, basename(path))))
    throw new AppError(
      'option-invalid',
      '--id would be ignored: the mapping names the id column of every file',
      'leave it out',
    );
  const isNew = !existsSync(options.workspace);
  const services = await compose(options.workspace, { create: true });
  let done = false;
  try {
    const earlier = await findEarlier(services.workspace, requests, options);
    const reports = await services.importFiles(
      requests.map((request) => ({ ...request, ...(earlier && { earlier }) })),
      { mapping, idColumn: options.id, sensitive: options.sensitive },
      terminalTask(),
    );
    done = true;
    for (const hint of reports.flatMap(sensitiveHints)) process.stderr.write(`${hint}\n`);
    if (options.rejects)
      writeFileSync(
        options.rejects,
        await rejectsCsv(
          services.workspace,
          reports.map((report) => report.fileId),
        ),
      );
    printResult(options.json, { workspace: options.workspace, files: reports }, reports.flatMap(describe));
  } finally {
    services.close();
    // A workspace that a failed first import made holds nothing.
    if (isNew && !done)
      for (const file of [options.workspace, `${options.workspace}.wal`]) rmSync(file, { force: true });
  }
}

function parseRequest(text: string, mapping: Mapping | undefined): ImportRequest {
  const at = text.indexOf('=');
  const path = at > 0 ? text.slice(at + 1) : text;
  const mapped = mappedKind(mapping, basename(path));
  const kind = at > 0 ? text.slice(0, at) : mapped;
  if (mapped !== undefined && kind !== mapped)
    throw new AppError(
      'option-invalid',
      `The mapping says that ${basename(path)} is ${mapped}, the command ${kind}`,
      'say it once, or the same twice',
    );
  if (kind === undefined || !isFileKind(kind)) {
    throw new AppError(
      'unknown-source',
      `"${kind ?? text}" is not a kind of data`,
      `write SOURCE=FILE, with SOURCE one of ${FILE_KINDS.join(', ')}`,
    );
  }
  return { kind, path };
}

function hasMappedId(mapping: Mapping | undefined, fileName: string): boolean {
  return Object.values(mapping?.[fileName]?.columns ?? {}).includes('id');
}

/** The file that the one to import replaces or is added to, if one is named. */
async function findEarlier(
  workspace: Workspace,
  requests: readonly ImportRequest[],
  { replace, append }: Options,
): Promise<ImportRequest['earlier']> {
  const name = replace ?? append;
  if (name === undefined) return undefined;
  if (replace !== undefined && append !== undefined)
    throw new AppError('option-invalid', 'Both --replace and --append are given', 'give one of them');
  if (requests.length > 1)
    throw new AppError(
      'option-invalid',
      'Several files are given with --replace or --append',
      'import that one in a call of its own',
    );
  return { fileId: await findFile(workspace, name), as: replace === undefined ? 'addition' : 'replacement' };
}

function sensitiveHints({ file, columns }: ImportReport): string[] {
  return columns
    .filter(({ name, role }) => role !== 'sensitive' && role !== 'ignore' && seemsSensitive(name))
    .map(
      ({ name }) =>
        `hint: column "${name}" of ${file} may be sensitive; --sensitive "${name}" keeps it from the model, for fairness and consent alone`,
    );
}

function describe(report: ImportReport): string[] {
  const counts = `${report.read} rows read = ${report.accepted} accepted + ${report.rejected} rejected + ${report.duplicates} duplicates`;
  return [
    `${report.kind}: ${report.file}${report.change === 'new' || report.change === 'unchanged' ? '' : ` (${report.change})`}`,
    `  ${counts}; ${report.customers} customers`,
    ...report.columns.map((column) => `  ${column.name}: ${column.role} (${column.reason})`),
    ...report.warnings.map((warning) => `  warning: ${warning}`),
  ];
}
