import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/services/errors.js';
import { APPLICATION, MIGRATIONS, SCHEMA_VERSION } from '../../../electron/services/workspace/schema.js';
import { openWorkspace } from '../../../electron/services/workspace/workspace.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workspace-'));
  path = join(folder, 'w.instructue');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function makeWorkspace(): Promise<void> {
  const workspace = await openWorkspace(path, { create: true });
  await workspace.setMeta('mark', 'before');
  workspace.close();
}

async function refusal(file = path): Promise<AppError> {
  const error = await openWorkspace(file).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** Makes a workspace as the version `version` of the schema left it, with a tuned instruction in it. */
async function makeOldWorkspace(version: number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run('CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)');
  for (const step of MIGRATIONS.slice(0, version)) await connection.run(step);
  await connection.run(`INSERT INTO meta VALUES ('application', '${APPLICATION}'), ('schema_version', '${version}')`);
  await connection.run(
    `INSERT INTO instructions (id, name, version, instruction, created_at, model) VALUES (1, 'old', 1, 'candles', now()::TIMESTAMP, 'm')`,
  );
  connection.closeSync();
  instance.closeSync();
}

/** Runs statements on a workspace in another process, which then sleeps with the file open until it is killed. */
async function holdOpen(...statements: string[]): Promise<() => Promise<void>> {
  const script = `
    import { DuckDBInstance } from '@duckdb/node-api';
    const instance = await DuckDBInstance.create(${JSON.stringify(path)});
    const connection = await instance.connect();
    for (const statement of ${JSON.stringify(statements)}) await connection.run(statement);
    console.log('open');
    setTimeout(() => undefined, 60000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return () =>
    new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
}

describe('opening a workspace', () => {
  it('brings a workspace of an earlier version up to date with what is in it', async () => {
    const withModels = MIGRATIONS.findIndex((step) => step.includes('ADD COLUMN model')) + 1;
    await makeOldWorkspace(withModels);
    const workspace = await openWorkspace(path);
    expect(await workspace.meta('schema_version')).toBe(String(SCHEMA_VERSION));
    expect(await workspace.all('SELECT name, in_use, note, chosen FROM instructions')).toEqual([
      { name: 'old', in_use: true, note: null, chosen: false },
    ]);
    workspace.close();
  });

  it('makes a new one only when asked', async () => {
    expect((await refusal()).code).toBe('workspace-missing');
    await makeWorkspace();
    const workspace = await openWorkspace(path);
    expect(await workspace.meta('schema_version')).toBe(String(SCHEMA_VERSION));
    expect(await workspace.meta('mark')).toBe('before');
    workspace.close();
  });

  it('refuses a file that is no database, and leaves it alone', async () => {
    writeFileSync(path, 'user_id,age\n1,2\n');
    expect((await refusal()).code).toBe('workspace-foreign');
    expect(readFileSync(path, 'utf8')).toBe('user_id,age\n1,2\n');
    mkdirSync(join(folder, 'd'));
    expect((await refusal(join(folder, 'd'))).code).toBe('workspace-foreign');
  });

  it("refuses somebody else's DuckDB file, and leaves it alone", async () => {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run('CREATE TABLE meta AS SELECT 1 AS one; CHECKPOINT');
    connection.closeSync();
    instance.closeSync();
    const before = readFileSync(path);
    expect((await refusal()).code).toBe('workspace-foreign');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a newer version, and leaves it alone', async () => {
    const workspace = await openWorkspace(path, { create: true });
    await workspace.setMeta('schema_version', String(SCHEMA_VERSION + 1));
    workspace.close();
    const before = readFileSync(path);
    const error = await refusal();
    expect(error.code).toBe('workspace-newer');
    expect(error.message).toContain(String(SCHEMA_VERSION + 1));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a damaged one, and leaves it alone', async () => {
    await makeWorkspace();
    truncateSync(path, 9000);
    const before = readFileSync(path);
    expect((await refusal()).code).toBe('workspace-damaged');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses one that another process holds', async () => {
    await makeWorkspace();
    const release = await holdOpen();
    const error = await refusal();
    await release();
    expect(error.code).toBe('workspace-locked');
    (await openWorkspace(path)).close();
  });
});

describe('copies beside the workspace', () => {
  it('are removed after use, and when a killed process left them', async () => {
    mkdirSync(`${path}.scratch/copy-old`, { recursive: true });
    const workspace = await openWorkspace(path, { create: true });
    expect(existsSync(`${path}.scratch`)).toBe(false);
    await workspace.withScratch(async (scratch) => {
      writeFileSync(join(scratch, 'copy.csv'), 'x');
      expect(existsSync(`${path}.scratch`)).toBe(true);
    });
    expect(existsSync(`${path}.scratch`)).toBe(false);
    workspace.close();
  });
});

describe('transactions', () => {
  it('keep nothing of a failed piece of work, and let the next one begin', async () => {
    const workspace = await openWorkspace(path, { create: true });
    const work = workspace.transaction(async () => {
      await workspace.setMeta('mark', 'inside');
      await workspace.transaction(async () => workspace.run('SELECT * FROM no_such_table'));
    });
    await expect(work).rejects.toThrow('no_such_table');
    expect(await workspace.meta('mark')).toBeUndefined();
    await workspace.transaction(async () => workspace.setMeta('mark', 'after'));
    expect(await workspace.meta('mark')).toBe('after');
    workspace.close();
  });

  it('leave the workspace as it was when the process is killed in the middle', async () => {
    await makeWorkspace();
    const kill = await holdOpen(
      "INSERT OR REPLACE INTO meta VALUES ('other', 'committed')",
      'BEGIN',
      "INSERT OR REPLACE INTO meta VALUES ('mark', 'half')",
      'CREATE TABLE rows_1 AS SELECT range AS line FROM range(300000)',
    );
    await kill();
    const workspace = await openWorkspace(path);
    expect(await workspace.meta('mark')).toBe('before');
    expect(await workspace.meta('other')).toBe('committed');
    expect(await workspace.all("SELECT 1 AS one FROM duckdb_tables() WHERE table_name = 'rows_1'")).toEqual([]);
    workspace.close();
  });
});
