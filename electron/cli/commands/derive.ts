import type { Command } from 'commander';
import { compose } from '../../composition.js';
import type { DeriveReport } from '../../services/index/derive.js';
import { dumpDerived } from '../../services/index/dump.js';
import { parseHide } from '../../services/index/hide.js';
import { printResult, terminalTask } from '../output.js';

interface Options {
  workspace: string;
  dump?: string;
  hide: string[];
  measureAgain?: boolean;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('derive')
    .description('turn the imported rows into strings and events (rank does this by itself)')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--dump <folder>', 'write strings.parquet, events.parquet and customers.parquet here')
    .option(
      '--hide <[FILE:]COLUMN=VALUE>',
      'leave out the rows with this value; may be repeated',
      (hide: string, all: string[]) => [...all, hide],
      [],
    )
    .option('--measure-again', 'measure percentiles and texts over all customers again, not only when many changed')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const hides = options.hide.map(parseHide);
  const services = await compose(options.workspace);
  try {
    const report = await services.derive(hides, terminalTask(), { measureAgain: options.measureAgain });
    const files = options.dump ? await dumpDerived(services.workspace, options.dump) : [];
    const hidden = Object.entries(report.hidden).map(([file, rows]) => `hidden: ${rows} rows of ${file}`);
    printResult(options.json, { ...report, files }, [
      `${report.customers} customers, ${report.strings} strings, ${report.events} events (${whatChanged(report)})`,
      ...hidden,
      ...report.skipped.map((column) => `left out: ${column}`),
      ...files.map((file) => `written: ${file}`),
    ]);
  } finally {
    services.close();
  }
}

function whatChanged({ derived, measured, changed }: DeriveReport): string {
  if (!derived) return 'nothing changed since the last time';
  return measured ? 'measured over all customers' : `${changed} customers changed`;
}
