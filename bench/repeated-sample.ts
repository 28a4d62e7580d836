// A large workspace of real customers: those of the bundled sample, repeated.
import { join } from 'node:path';
import { compose, type Services } from '../electron/composition.js';
import { literal } from '../electron/services/workspace/sql.js';

/** Imports the bundled sample into a new workspace. */
export async function importSample(path: string): Promise<Services> {
  const services = await compose(path, { create: true });
  await services.importFiles([
    { kind: 'purchases', path: 'sample/transactions.csv.gz' },
    { kind: 'profile', path: 'sample/profile.csv.gz' },
  ]);
  return services;
}

/** A derived workspace in the folder whose customers are the sample's, repeated until there are at least `wanted`. */
export async function repeatedSample(folder: string, wanted: number): Promise<Services> {
  const sample = await importSample(join(folder, 'sample.instructue'));
  await sample.derive();
  const from = sample.workspace.path;
  sample.close();
  const target = await compose(join(folder, 'repeated.instructue'), { create: true });
  const copy = target.workspace;
  await copy.run(`ATTACH ${literal(from)} AS sample (READ_ONLY)`);
  const own = (await copy.one<{ n: number }>('SELECT count(*) AS n FROM sample.customers'))!.n;
  const repeats = `range(${Math.ceil(wanted / own)}) r(k)`;
  await copy.run(
    `INSERT INTO customers SELECT customer + ${own} * k, lpad((customer + ${own} * k)::VARCHAR, 8, '0') FROM ${repeats}, sample.customers ORDER BY 1`,
  );
  await copy.run('INSERT INTO strings SELECT * FROM sample.strings ORDER BY string');
  await copy.run(
    `INSERT INTO events SELECT customer + ${own} * k, string, source, value, recency, n FROM ${repeats}, sample.events ORDER BY 1, 2`,
  );
  await copy.setMeta('derive_fingerprint', `repeated ${wanted}`);
  return target;
}
