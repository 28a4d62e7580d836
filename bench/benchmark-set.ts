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

/** Some of a set's customers. */
export interface Cut {
  /** At most so many labelled customers, chosen by a hash of the id so that every machine chooses the same. */
  customers: number;
  /** The first or the second half of the set's customers to choose from; all by default. */
  half?: 0 | 1;
  /** Rows that are left out. */
  hide?: readonly Hide[];
}

/** A data file and what it is. */
export interface SetFile {
  kind: FileKind;
  path: string;
}

/**
 * Copies of a set's data files with some of its customers only.
 * @param cuts of which customers, and without which of their rows
 * @param folder where the copies are; files that are there already are taken to be these
 */
export async function cutFiles(data: string, set: string, cuts: readonly Cut[], folder: string): Promise<SetFile[]> {
  mkdirSync(folder, { recursive: true });
  const files = sets[set]!.filter(([kind]) => kind !== 'labels');
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  for (const [, name] of files) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    const parts = cuts.map(
      (cut) =>
        `SELECT * FROM ${readCsv(join(data, set, name))} WHERE user_id IN (${customersOf(data, set, cut)}) AND NOT (${hidden(cut, name)})`,
    );
    await connection.run(`COPY (${parts.join(' UNION ALL ')}) TO ${literal(path)} (FORMAT csv)`);
  }
  connection.closeSync();
  return files.map(([kind, name]) => ({ kind, path: join(folder, name) }));
}

/** The same of one cut, in a folder of the cache. */
export function cutSet(data: string, set: string, customers: number, cache: string, half?: 0 | 1): Promise<SetFile[]> {
  const folder = join(cache, `${set}.${customers}${half === undefined ? '' : `.half${half}`}`);
  return cutFiles(data, set, [{ customers, ...(half !== undefined && { half }) }], folder);
}

/** SQL that gives the customers of a cut. */
export function customersOf(data: string, set: string, { customers, half }: Cut): string {
  const ofHalf = half === undefined ? '' : `WHERE md5_number_lower(user_id) % 2 = ${half}`;
  return `SELECT user_id FROM (SELECT DISTINCT user_id FROM ${readCsv(join(data, set, labelFile(set)))} ${ofHalf}) ORDER BY md5(user_id) LIMIT ${customers}`;
}

function readCsv(path: string): string {
  return `read_csv(${literal(path)}, all_varchar = true)`;
}

/** SQL condition of the rows of a file that a cut leaves out. */
function hidden({ hide = [] }: Cut, name: string): string {
  const some = hide.filter(({ file }) => file === undefined || file === name);
  return (
    some.map(({ column, value }) => `coalesce(trim("${column}") = ${literal(value.trim())}, false)`).join(' OR ') ||
    'false'
  );
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
