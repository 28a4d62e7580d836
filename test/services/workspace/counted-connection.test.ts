import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

let folder: string;
let workspace: Workspace;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'counted-'));
  workspace = await openWorkspace(join(folder, 'w.instructue'), { create: true });
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true });
});

/** Takes minutes. */
const LONG = 'SELECT sum(a.range * b.range) AS n FROM range(1000000) a, range(1000000) b';

it('is left while statements run, and what follows them does not come to be', async () => {
  const reader = await workspace.reader();
  const read: string[] = [];
  const chain = (async () => {
    await reader.one('SELECT 1').then(() => read.push('first'));
    await reader.connection.runAndReadAll(LONG).then(() => read.push('long'));
    await reader.one('SELECT 2').then(() => read.push('after'));
  })().catch((error: unknown) => String(error));
  const beside = Array.from({ length: 5 }, () => reader.one(LONG).catch((error: unknown) => String(error)));
  await reader.leave();
  expect(await chain).toMatch(/interrupt/i);
  for (const said of await Promise.all(beside)) expect(said).toMatch(/interrupt/i);
  expect(read).not.toContain('after');
  expect(await workspace.one('SELECT 3 AS n')).toEqual({ n: 3 });
}, 20_000);

it('is left at once where nothing runs', async () => {
  const reader = await workspace.reader();
  expect(await reader.one('SELECT 1 AS n')).toEqual({ n: 1 });
  await reader.leave();
  await expect(reader.one('SELECT 1 AS n')).rejects.toThrow();
});
