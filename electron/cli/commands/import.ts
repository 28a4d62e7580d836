import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { compose } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import type { ImportReport, ImportRequest } from '../../services/import/import.js';
import { mappedKind, readMapping, type Mapping } from '../../services/import/mapping.js';
import { rejectsCsv } from '../../services/import/rejects.js';
import { FILE_KINDS, isFileKind } from '../../services/import/sources.js';
import { printResult, terminalTask } from '../output.js';

interface Options {
  workspace: string;
  map?: string;
  id?: string;
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
    .option('--rejects <rejects.csv>', 'write the rejected rows of these files here')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(files: string[], options: Options): Promise<void> {
  const mapping = options.map ? readMapping(options.map) : undefined;
  const requests = files.map((file) => parseRequest(file, mapping));
  const isNew = !existsSync(options.workspace);
  const services = await compose(options.workspace, { create: true });
  let done = false;
  try {
    const reports = await services.importFiles(requests, { mapping, idColumn: options.id }, terminalTask());
    done = true;
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
  const kind = at > 0 ? text.slice(0, at) : mappedKind(mapping, basename(text));
  const path = at > 0 ? text.slice(at + 1) : text;
  if (kind === undefined || !isFileKind(kind)) {
    throw new AppError(
      'unknown-source',
      `"${kind ?? text}" is not a kind of data`,
      `write SOURCE=FILE, with SOURCE one of ${FILE_KINDS.join(', ')}`,
    );
  }
  return { kind, path };
}

function describe(report: ImportReport): string[] {
  const counts = `${report.read} rows read = ${report.accepted} accepted + ${report.rejected} rejected + ${report.duplicates} duplicates`;
  return [
    `${report.kind}: ${report.file}`,
    `  ${counts}; ${report.customers} customers`,
    ...report.columns.map((column) => `  ${column.name}: ${column.role} (${column.reason})`),
    ...report.warnings.map((warning) => `  warning: ${warning}`),
  ];
}
