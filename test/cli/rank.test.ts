import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { register } from '../../electron/cli/commands/rank.js';
import { openWorkspace } from '../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../services/tiny-workspace.js';

const INSTRUCTION = ['--instruction', 'customers who would buy candles'];

/** Runs `rank` and gives what it printed. */
async function rank(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  register(program);
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(['rank', ...args], { from: 'user' });
    return print.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    print.mockRestore();
  }
}

describe('the command rank', () => {
  let folder: string;
  let workspace: string[];

  beforeAll(async () => {
    vi.stubEnv('INSTRUCTUE_MODEL', TINY_MODEL);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const tiny = await tinyWorkspace(60);
    folder = tiny.folder;
    tiny.workspace.close();
    workspace = ['--workspace', join(folder, 'w.instructue')];
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('writes every customer, and reports device, reading and times', async () => {
    const out = join(folder, 'ranked.csv');
    const report = JSON.parse(await rank(...workspace, ...INSTRUCTION, '--out', out, '--device', 'cpu', '--json')) as {
      customers: number;
      withoutEvents: number;
      written: number;
      gate?: number;
      device: { device: string };
      understanding: { wanted: string[]; direction: string };
      seconds: Record<string, number>;
    };
    expect(report).toMatchObject({ customers: 61, withoutEvents: 1, written: 61, device: { device: 'cpu' } });
    expect(report.gate).toBeGreaterThanOrEqual(0);
    expect(report.understanding.wanted.length).toBeGreaterThan(0);
    expect(Object.keys(report.seconds)).toEqual(['read', 'score', 'store']);
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines[0]).toBe('rank,user_id,score');
    expect(lines).toHaveLength(62);
  });

  it('writes the top only when asked, and says in words what it did', async () => {
    const out = join(folder, 'top.parquet');
    const text = await rank(...workspace, ...INSTRUCTION, '--percent', '10', '--out', out);
    expect(text).toContain('61 customers ranked, 1 of them without any event');
    expect(text).toMatch(/not (coreml|directml): the runtime has no/);
    expect(text).toContain(`written: ${out} (7 customers)`);
    expect(existsSync(out)).toBe(true);
  });

  it.each([
    ['an empty instruction', ['--instruction', '  '], 'instruction-empty'],
    ['an unknown device', [...INSTRUCTION, '--device', 'gpu'], 'device-unknown'],
    ['a missing folder', [...INSTRUCTION, '--out', '/nowhere/at/all/ranked.csv'], 'folder-missing'],
    ['another ending', [...INSTRUCTION, '--out', 'ranked.xlsx'], 'ranking-format'],
    ['no number', [...INSTRUCTION, '--top', 'many'], 'depth-invalid'],
    ['too many percent', [...INSTRUCTION, '--percent', '101'], 'depth-invalid'],
    ['a depth of nothing written', [...INSTRUCTION, '--top', '5'], 'option-invalid'],
    ['both depths', [...INSTRUCTION, '--percent', '1', '--top', '1'], 'depth-invalid'],
    ['a column to hide by that no file has', [...INSTRUCTION, '--hide', 'colour=red'], 'unknown-column'],
  ])('refuses %s', async (_, args, code) => {
    await expect(rank(...workspace, ...args)).rejects.toMatchObject({ code });
  });

  it('refuses a missing workspace, and one without customers', async () => {
    await expect(rank('--workspace', join(folder, 'none.instructue'), ...INSTRUCTION)).rejects.toMatchObject({
      code: 'workspace-missing',
    });
    const empty = join(folder, 'empty.instructue');
    (await openWorkspace(empty, { create: true })).close();
    await expect(rank('--workspace', empty, ...INSTRUCTION)).rejects.toMatchObject({ code: 'no-sources' });
  });
});
