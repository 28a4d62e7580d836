import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { compose } from '../electron/composition.js';
import { literal } from '../electron/services/workspace/sql.js';

/** Seconds and rows of one way of getting a file into a database file; `cpu` seconds are of all threads. */
interface Measured {
  seconds: number;
  cpu: number;
  rows: number;
}

/**
 * Import speed beside a bare `CREATE TABLE AS SELECT * FROM read_csv(…)` into a database file, turn by turn in one process.
 * The file is real purchases repeated under new customer ids until it has the asked size.
 *
 *     npx tsx bench/import.ts [MEGABYTES (1000)] [TURNS (2)] [CSV or CSV.GZ with a user_id column first]
 */
async function main(): Promise<void> {
  const megabytes = Number(process.argv[2] ?? 1000);
  const turns = Number(process.argv[3] ?? 2);
  const original = resolve(process.argv[4] ?? 'sample/transactions.csv.gz');
  const folder = mkdtempSync(join(tmpdir(), 'bench-import-'));
  try {
    const file = join(folder, 'transactions.csv');
    repeat(original, file, megabytes * 1e6);
    const bare: Measured[] = [];
    const imported: Measured[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      bare.push(await timed(() => bareRead(file, join(folder, `bare-${turn}.duckdb`))));
      imported.push(await timed(() => importRead(file, join(folder, `import-${turn}.instructue`))));
    }
    report(statSync(file).size, bare, imported);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the rows of `original` again and again, each time under ids with another ending. */
function repeat(original: string, target: string, bytes: number): void {
  const content = original.endsWith('.gz') ? gunzipSync(readFileSync(original)) : readFileSync(original);
  const [header, ...lines] = content.toString('utf8').trimEnd().split('\n');
  const handle = openSync(target, 'w');
  let written = writeSync(handle, `${header}\n`);
  for (let copy = 0; written < bytes; copy += 1) {
    written += writeSync(handle, `${lines.map((line) => line.replace(',', `_${copy},`)).join('\n')}\n`);
  }
  closeSync(handle);
}

async function timed(work: () => Promise<number>): Promise<Measured> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const rows = await work();
  const { user, system } = process.cpuUsage(used);
  return { rows, seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

async function bareRead(file: string, database: string): Promise<number> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE t AS SELECT * FROM read_csv(${literal(file)})`);
  const count = await connection.runAndReadAll('SELECT count(*) FROM t');
  connection.closeSync();
  instance.closeSync();
  return Number(count.getRowsJS()[0]![0]);
}

async function importRead(file: string, workspace: string): Promise<number> {
  const services = await compose(workspace, { create: true });
  const [counts] = await services.importFiles([{ kind: 'purchases', path: file }]);
  services.close();
  return counts!.accepted;
}

function report(bytes: number, bare: Measured[], imported: Measured[]): void {
  const best = (measured: Measured[]): Measured => measured.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const [plain, full] = [best(bare), best(imported)];
  const line = (name: string, { seconds, rows, cpu }: Measured): string =>
    `| ${name} | ${rows} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${(bytes / 1e6 / seconds).toFixed(0)} |`;
  console.log(
    [
      `${(bytes / 1e9).toFixed(2)} GB, best of ${bare.length} turns, peak memory of the process ${(process.resourceUsage().maxRSS / 1e6).toFixed(1)} GB`,
      '| | rows | seconds | CPU seconds | MB/s |',
      '|---|---|---|---|---|',
      line('bare read_csv into a table', plain),
      line('import', full),
      `ratio ${(full.seconds / plain.seconds).toFixed(2)}, of CPU seconds ${(full.cpu / plain.cpu).toFixed(2)}`,
    ].join('\n'),
  );
}

await main();
