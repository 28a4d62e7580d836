import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import { AppError, Cancelled } from '../errors.js';
import { throwIfCancelled, type Task } from '../task.js';
import { CountedConnection } from './counted-connection.js';
import { APPLICATION, MIGRATIONS, SCHEMA_VERSION } from './schema.js';

/** A value as it comes out of a query: BIGINT and HUGEINT arrive as numbers, timestamps as Date, BLOB as Uint8Array. */
export type Cell = string | number | boolean | null | Date | Uint8Array | Cell[] | { [key: string]: Cell };
export type Row = Record<string, Cell>;

/** Parameters that may be bound to a statement. */
export type Parameters = DuckDBValue[] | Record<string, DuckDBValue>;

const PROGRESS_INTERVAL = 500;

/**
 * An open workspace: one DuckDB file, held by this process alone until `close`.
 * Services use `connection` directly where they stream (appenders, chunked results).
 */
export class Workspace {
  private inTransaction = false;

  constructor(
    readonly path: string,
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
    private readonly counted?: CountedConnection,
  ) {}

  /** Runs one or more statements whose result nobody reads. */
  async run(sql: string, parameters?: Parameters): Promise<void> {
    await this.connection.run(sql, parameters);
  }

  /** All rows of a query. For results that fit in memory; stream the others through `connection`. */
  async all<T extends Row = Row>(sql: string, parameters?: Parameters): Promise<T[]> {
    const reader = await this.connection.runAndReadAll(sql, parameters);
    return reader.getRowObjectsJS().map((row) => plain(row) as T);
  }

  /** The first row of a query, or undefined. */
  async one<T extends Row = Row>(sql: string, parameters?: Parameters): Promise<T | undefined> {
    return (await this.all<T>(sql, parameters))[0];
  }

  /** Runs `work` in a transaction: all of it is kept, or nothing. A nested call joins the outer one. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.inTransaction) return work();
    await this.run('BEGIN TRANSACTION');
    this.inTransaction = true;
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      // A statement that failed inside DuckDB may have ended the transaction already.
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      this.inTransaction = false;
    }
  }

  /**
   * Runs statements that may take minutes: DuckDB's own progress is reported under `stage` (done of 100), and an aborted
   * signal stops the statement that is running.
   * @throws Cancelled when it was stopped
   */
  async watched<T>(task: Task, stage: string, work: () => Promise<T>): Promise<T> {
    const stop = (): void => this.connection.interrupt();
    // Without a progress bar DuckDB does not count; it must not print one, though.
    await this.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false');
    let reached = 0;
    const timer = setInterval(() => {
      // An interrupt that falls between two statements stops neither.
      if (task.signal.aborted) return stop();
      const percent = Math.min(100, Math.floor(this.connection.progress.percentage));
      // The work has several statements, and each counts from 0.
      if (percent <= reached) return;
      reached = percent;
      task.progress({ stage, done: percent, total: 100 });
    }, PROGRESS_INTERVAL);
    task.signal.addEventListener('abort', stop);
    try {
      throwIfCancelled(task, stage);
      const result = await work();
      throwIfCancelled(task, stage);
      return result;
    } catch (error) {
      throw task.signal.aborted ? new Cancelled(stage) : error;
    } finally {
      clearInterval(timer);
      task.signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Gives `work` an empty folder beside the workspace for copies that it needs for a moment, and removes it afterwards.
   * What a killed process left there is removed when the workspace is opened again.
   */
  async withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
    mkdirSync(scratchFolder(this.path), { recursive: true });
    const folder = mkdtempSync(join(scratchFolder(this.path), 'copy-'));
    try {
      return await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      if (readdirSync(scratchFolder(this.path)).length === 0) rmSync(scratchFolder(this.path), { recursive: true });
    }
  }

  async meta(key: string): Promise<string | undefined> {
    const row = await this.one<{ value: string }>('SELECT value FROM meta WHERE key = $1', [key]);
    return row?.value;
  }

  async setMeta(key: string, value: string): Promise<void> {
    await this.run('INSERT OR REPLACE INTO meta VALUES ($1, $2)', [key, value]);
  }

  /**
   * A second connection to the same file, for reading while this one works: it sees what has been committed. The
   * caller ends it with `leave`; closing the workspace itself is left to the first.
   */
  async reader(): Promise<Workspace> {
    const counted = new CountedConnection(await this.instance.connect());
    return new Workspace(this.path, this.instance, counted.connection, counted);
  }

  /** Ends a connection that `reader` made: what still reads through it fails. */
  async leave(): Promise<void> {
    await this.counted?.close();
  }

  /** Writes everything into the one file and lets go of it. */
  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/**
 * Opens a workspace, bringing an older one to this build's version.
 * @param options.create make a new one when the file does not exist (default false)
 * @throws AppError workspace-missing, workspace-foreign, workspace-newer, workspace-locked, workspace-damaged;
 *   the file is then as it was.
 */
export async function openWorkspace(path: string, options: { create?: boolean } = {}): Promise<Workspace> {
  const file = resolve(path);
  const isNew = !existsSync(file);
  if (isNew && !options.create) {
    throw new AppError('workspace-missing', 'There is no workspace here', 'import a file first, or check the path', {
      file: path,
    });
  }
  if (!isNew) rejectForeignFile(file, path);
  mkdirSync(dirname(file), { recursive: true });
  // Versions are looked at read-only, so that a workspace this build cannot use is not touched at all.
  if (!isNew) await checkVersion(file, path);
  const instance = await DuckDBInstance.create(file, { memory_limit: memoryLimit() }).catch((error: unknown) => {
    throw openingError(error, path);
  });
  const connection = await instance.connect();
  const workspace = new Workspace(file, instance, connection);
  rmSync(scratchFolder(file), { recursive: true, force: true });
  try {
    await migrate(workspace);
  } catch (error) {
    workspace.close();
    if (isNew) rmSync(file, { force: true });
    throw error;
  }
  return workspace;
}

/** A quarter of the machine's memory, 1 to 4 GB: enough for millions of rows; what needs more goes to disk beside the workspace. */
function memoryLimit(): string {
  const megabytes = Math.min(4096, Math.max(1024, totalmem() / 4 / 2 ** 20));
  return `${Math.floor(megabytes)}MiB`;
}

function scratchFolder(path: string): string {
  return `${path}.scratch`;
}

function rejectForeignFile(file: string, path: string): void {
  if (statSync(file).isDirectory()) {
    throw new AppError('workspace-foreign', 'This is a folder, not a workspace', 'name a .instructue file', {
      file: path,
    });
  }
  const magic = Buffer.alloc(12);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, magic, 0, 12, 0);
  } finally {
    closeSync(handle);
  }
  if (magic.toString('latin1', 8, 12) !== 'DUCK') {
    throw new AppError(
      'workspace-foreign',
      'This file is not a workspace',
      'choose another file; nothing was changed',
      { file: path },
    );
  }
}

async function checkVersion(file: string, path: string): Promise<void> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' }).catch((error: unknown) => {
    throw openingError(error, path);
  });
  const connection = await instance.connect();
  try {
    const version = await readVersion(connection);
    if (version === undefined) {
      throw new AppError(
        'workspace-foreign',
        'This DuckDB file was not made by this program',
        'choose another file; nothing was changed',
        { file: path },
      );
    }
    if (version > SCHEMA_VERSION) {
      throw new AppError(
        'workspace-newer',
        `This workspace has version ${version}, and this program knows versions up to ${SCHEMA_VERSION}`,
        'open it with a newer release; nothing was changed',
        { file: path },
      );
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readVersion(connection: DuckDBConnection): Promise<number | undefined> {
  const tables = await connection.runAndReadAll(
    "SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta' AND schema_name = 'main'",
  );
  if (tables.currentRowCount === 0) return undefined;
  const reader = await connection
    .runAndReadAll("SELECT key, value FROM meta WHERE key IN ('application', 'schema_version')")
    .catch(() => undefined);
  if (!reader) return undefined;
  const meta = new Map(reader.getRowsJS().map(([key, value]) => [String(key), String(value)]));
  return meta.get('application') === APPLICATION ? Number(meta.get('schema_version')) : undefined;
}

async function migrate(workspace: Workspace): Promise<void> {
  const version = (await readVersion(workspace.connection)) ?? 0;
  if (version === SCHEMA_VERSION) return;
  // One transaction per step: DuckDB cannot commit two changes of a table that holds rows at once.
  for (let step = version; step < SCHEMA_VERSION; step++) {
    await workspace.transaction(async () => {
      if (step === 0) {
        await workspace.run('CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)');
        await workspace.setMeta('application', APPLICATION);
      }
      await workspace.run(MIGRATIONS[step]!);
      await workspace.setMeta('schema_version', String(step + 1));
    });
  }
}

function openingError(error: unknown, path: string): AppError {
  const detail = error instanceof Error ? error.message : String(error);
  if (/could not set lock|being used by another process|conflicting lock/i.test(detail)) {
    return new AppError(
      'workspace-locked',
      'Another program holds this workspace open',
      'close it there and try again',
      { file: path },
    );
  }
  if (/permission denied|read-only file system/i.test(detail)) {
    return new AppError(
      'workspace-denied',
      'This workspace may not be opened for writing',
      'check the permissions of the file and its folder',
      { file: path },
    );
  }
  return new AppError(
    'workspace-damaged',
    'This workspace is damaged or unreadable',
    'restore it from a copy, or import the files into a new one; nothing was changed',
    { file: path },
  );
}

function plain(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date || value instanceof Uint8Array) return value;
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, cell]) => [key, plain(cell)]));
  }
  return value as Cell;
}
