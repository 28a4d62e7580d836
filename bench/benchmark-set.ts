// The sets of the benchmark: their files cut to a seeded choice of customers, their targets, the model that did not see them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { modelFolder } from '../electron/composition.js';
import type { Hide } from '../electron/services/index/hide.js';
import type { FileKind } from '../electron/services/import/sources.js';
import { literal } from '../electron/services/workspace/sql.js';

/** A target of a set: what an analyst would ask, and the rows that give it away. */
export interface Target {
  set: string;
  label: string;
  instruction: string;
  answer: string;
  hide: Hide[];
}

/** A hand-written instruction whose truth is SQL over the set's files (`{dir}`). */
export interface AwarenessQuestion {
  set: string;
  kind: string;
  instruction: string;
  answer: string;
  truth: string;
}

export const sets = readJson<Record<string, [FileKind, string][]>>('bench/sets.json');
export const targets = readJson<Target[]>('bench/targets.json');
export const awareness = readJson<AwarenessQuestion[]>('bench/awareness.json');

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** Name of a set's labels file. */
export function labelFile(set: string): string {
  return sets[set]!.find(([kind]) => kind === 'labels')![1];
}

/**
 * Copies of a set's data files with some of its labelled customers only, chosen by a hash of the id so that every machine
 * chooses the same.
 * @param customers how many at most
 * @param half the first or the second half of the set's customers to choose from; all by default
 * @returns kind and path of every data file
 */
export async function cutSet(
  data: string,
  set: string,
  customers: number,
  cache: string,
  half?: 0 | 1,
): Promise<{ kind: FileKind; path: string }[]> {
  const folder = join(cache, `${set}.${customers}${half === undefined ? '' : `.half${half}`}`);
  mkdirSync(folder, { recursive: true });
  const files = sets[set]!.filter(([kind]) => kind !== 'labels');
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const read = (name: string): string => `read_csv(${literal(join(data, set, name))}, all_varchar = true)`;
  await connection.run(
    `CREATE TABLE chosen AS SELECT DISTINCT user_id, md5(user_id) AS h FROM ${read(labelFile(set))}
     ${half === undefined ? '' : `WHERE md5_number_lower(user_id) % 2 = ${half}`} ORDER BY h LIMIT ${customers}`,
  );
  for (const [, name] of files) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    await connection.run(
      `COPY (SELECT * FROM ${read(name)} WHERE user_id IN (SELECT user_id FROM chosen)) TO ${literal(path)} (FORMAT csv)`,
    );
  }
  connection.closeSync();
  return files.map(([kind, name]) => ({ kind, path: join(folder, name) }));
}

/**
 * Folder of a model that was not trained on the set: the shipped one with the reader, the evidence head and the learned weights of the set's
 * fold, or the shipped one itself for the sets that no model has seen.
 */
export function unseenModel(set: string, cache: string): string {
  const shipped = modelFolder();
  const folds = readJson<Record<string, string[]>>(join(shipped, 'folds', 'folds.json'));
  const fold = Object.keys(folds).find((name) => folds[name]!.includes(set));
  if (fold === undefined) return shipped;
  // Another model, or another fold of it, makes another folder.
  const own = new Map(
    readdirSync(join(shipped, 'folds', fold)).map((name) => [name, join(shipped, 'folds', fold, name)]),
  );
  const key = createHash('sha256');
  for (const file of [join(shipped, 'model.json'), ...own.values()]) key.update(readFileSync(file));
  const folder = resolve(cache, `model-${fold}-${key.digest('hex').slice(0, 12)}`);
  if (existsSync(join(folder, 'model.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  const description = readJson<{ files: Record<string, { sha256: string; bytes: number }> }>(
    join(shipped, 'model.json'),
  );
  for (const name of Object.keys(description.files)) {
    const source = own.get(name) ?? join(shipped, name);
    symlinkSync(resolve(source), join(folder, name));
    const content = readFileSync(source);
    description.files[name] = { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
  }
  writeFileSync(join(folder, 'model.json'), JSON.stringify(description));
  return folder;
}
