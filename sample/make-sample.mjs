/** Makes the bundled sample from the whole data set: `node sample/make-sample.mjs FOLDER` (see README.md). */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const customers = 1500;
const from = process.argv[2];
if (!from) throw new Error('Say where the data set lies: node sample/make-sample.mjs FOLDER');
const to = path.dirname(fileURLToPath(import.meta.url));

const linesOf = (name) => readFileSync(path.join(from, name), 'utf8').trimEnd().split('\n');
// The id is the first column of every file of this set, and never quoted.
const idOf = (line) => line.slice(0, line.indexOf(','));
const hash = (id) => createHash('sha256').update(id).digest('hex');

const ids = [...new Set(linesOf('profile.csv').slice(1).map(idOf))];
ids.sort((a, b) => hash(a).localeCompare(hash(b)));
const chosen = new Set(ids.slice(0, customers));

for (const name of ['transactions.csv', 'profile.csv', 'labels.csv']) {
  const [header, ...rows] = linesOf(name);
  const kept = [header, ...rows.filter((row) => chosen.has(idOf(row)))];
  writeFileSync(path.join(to, `${name}.gz`), gzipSync(`${kept.join('\n')}\n`, { level: 9 }));
}
