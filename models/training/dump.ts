// Dumps the events that the app derives from every training set and table: `npx tsx models/training/dump.ts DATA TABLES OUT`.
// The training reads these files, so that it sees exactly what the app will show the model.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { compose } from '../../electron/composition.js';
import { dumpDerived } from '../../electron/services/index/dump.js';
import type { ImportRequest } from '../../electron/services/import/import.js';

const [data, tables, out] = process.argv.slice(2);
if (!data || !tables || !out) throw new Error('usage: dump.ts DATA_FOLDER TABLES_FOLDER OUT_FOLDER');

async function dump(requests: ImportRequest[], to: string, idColumn?: string): Promise<void> {
  if (existsSync(join(to, 'events.parquet'))) return;
  const scratch = mkdtempSync(join(tmpdir(), 'instructue-dump-'));
  const services = await compose(join(scratch, 'set.instructue'), { create: true });
  try {
    await services.importFiles(requests, idColumn === undefined ? {} : { idColumn });
    await services.derive();
    mkdirSync(to, { recursive: true });
    await dumpDerived(services.workspace, to);
  } finally {
    services.close();
    rmSync(scratch, { recursive: true });
  }
}

const sets = JSON.parse(readFileSync('bench/sets.json', 'utf8')) as Record<string, [ImportRequest['kind'], string][]>;
for (const [set, files] of Object.entries(sets)) {
  const inputs = files.filter(([kind]) => kind !== 'labels').map(([kind, file]) => ({ kind, path: join(data, set, file) }));
  await dump(inputs, join(out, 'sets', set));
  console.error(set);
}

// The tables have line_number as their id (tables.py puts it in front).
let failed = 0;
for (const file of readdirSync(tables).filter((name) => name.endsWith('.csv'))) {
  try {
    await dump([{ kind: 'profile', path: join(tables, file) }], join(out, 'tables', parse(file).name), 'line_number');
  } catch (error) {
    failed += 1;
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.error(`${failed} tables could not be read`);
