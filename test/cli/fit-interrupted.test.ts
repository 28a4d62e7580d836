import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FitVersion } from '../../electron/services/fit/fit-versions.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

const root = join(import.meta.dirname, '../..');
const CUSTOMERS = 120;
const MOST_LINES = 60;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line as a process of its own, and sends it Ctrl-C, or another signal, when it has said `until`. */
function cli(args: string[], until?: RegExp, signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'electron/cli/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, INSTRUCTUE_MODEL: TINY_MODEL },
  });
  let [stdout, stderr, sent] = ['', '', false];
  child.stdout.on('data', (piece) => (stdout += String(piece)));
  child.stderr.on('data', (piece) => {
    stderr += String(piece);
    if (sent || !until?.test(stderr)) return;
    sent = true;
    child.kill(signal);
  });
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })));
}

/** The orders of some of the sample's customers with few, so that a fit takes seconds. */
function fewOrders(folder: string): string {
  const [head, ...lines] = gunzipSync(readFileSync(join(root, 'sample/transactions.csv.gz')))
    .toString()
    .split('\n');
  const ofCustomer = new Map<string, string[]>();
  for (const line of lines) {
    const id = line.slice(0, line.indexOf(','));
    ofCustomer.set(id, [...(ofCustomer.get(id) ?? []), line]);
  }
  const some = [...ofCustomer.values()]
    .filter(({ length }) => length <= MOST_LINES)
    .slice(0, CUSTOMERS)
    .flat();
  const file = join(folder, 'orders.csv');
  writeFileSync(file, [head, ...some, ''].join('\n'));
  return file;
}

describe('a fit that is interrupted on the command line', () => {
  let folder: string;
  let workspace: string[];
  const fit = (args: string[], until?: RegExp, signal?: NodeJS.Signals) =>
    cli(['fit', ...workspace, '--device', 'cpu', '--json', ...args], until, signal);
  const fits = async () => JSON.parse((await cli(['fits', ...workspace, '--json'])).stdout) as FitVersion[];
  const lastLine = ({ stderr }: Ended) => JSON.parse(stderr.trim().split('\n').at(-1)!) as object;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fit-'));
    workspace = ['--workspace', join(folder, 'w.instructue')];
    expect((await cli(['import', ...workspace, `purchases=${fewOrders(folder)}`])).code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says that nothing was stored before it learned', async () => {
    const ended = await fit(['--steps', '30'], /write questions: \d/, 'SIGTERM');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(lastLine(ended)).toMatchObject({ error: { code: 'fit-stopped' } });
    expect(await fits()).toEqual([]);
  });

  it('is paused once it learns, deleted by --fresh, and goes on by its own plan', async () => {
    const paused = await fit(['--steps', '6'], /learn: \d/);
    expect(paused).toMatchObject({ code: 1, stdout: '' });
    expect(lastLine(paused)).toMatchObject({ error: { code: 'fit-paused', remedy: 'run the same command to go on' } });
    expect(await fits()).toMatchObject([{ id: 1, state: 'running', plan: { steps: 6 } }]);

    const fresh = await fit(['--steps', '9', '--fresh'], /write questions: \d/);
    expect(fresh.stderr).not.toContain('goes on');
    expect(lastLine(fresh)).toMatchObject({ error: { code: 'fit-stopped' } });
    expect(await fits()).toEqual([]);

    await cli(['fits', ...workspace, '--restore', '1']);
    const whole = await fit(['--steps', '9']);
    expect(whole.stderr).toMatch(
      /paused fit 1 goes on after \d of 6 steps by its own plan \(seed 1\); --steps is not used/,
    );
    expect(whole.code).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ id: 1, step: 6 });
  }, 180_000);
});
