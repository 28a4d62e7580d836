import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { register } from '../../electron/cli/commands/explain.js';
import type { AudienceLifts } from '../../electron/services/explain/audience-lifts.js';
import type { CustomerWhy } from '../../electron/services/explain/customer-why.js';
import type { Nearest } from '../../electron/services/explain/nearest.js';
import { TINY_MODEL, tinyWorkspace } from '../services/tiny-workspace.js';

const INSTRUCTION = ['--instruction', 'customers who would buy candles', '--device', 'cpu'];

/** Runs `explain` and gives what it printed. */
async function explain(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  register(program);
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(['explain', ...args], { from: 'user' });
    return print.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    print.mockRestore();
  }
}

describe('the command explain', () => {
  let folder: string;
  let workspace: string[];

  beforeAll(async () => {
    vi.stubEnv('INSTRUCTUE_MODEL', TINY_MODEL);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const tiny = await tinyWorkspace(120);
    folder = tiny.folder;
    tiny.workspace.close();
    workspace = ['--workspace', join(folder, 'w.instructue')];
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('tells why of each customer named, as JSON and as a file', async () => {
    const out = join(folder, 'why.csv');
    const told = JSON.parse(
      await explain(...workspace, ...INSTRUCTION, '--customer', 'c0004', '--customer', 'c0009', '--out', out, '--json'),
    ) as (CustomerWhy & { nearest: Nearest })[];
    expect(told.map(({ userId }) => userId)).toEqual(['c0004', 'c0009']);
    expect(told[0]!.nearest.customers).toHaveLength(5);
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines[0]).toBe('user_id,rank,source,event,rows,effect,rank_without,attention');
    expect(lines).toHaveLength(1 + told[0]!.events.length + told[1]!.events.length);
  });

  it('says it in words', async () => {
    const text = await explain(...workspace, ...INSTRUCTION, '--customer', 'c0004');
    expect(text).toMatch(/^c0004: rank \d+ of 121, score /);
    expect(text).toMatch(/leave-one-out, by source +events +effect/);
    expect(text).toMatch(/spoke for +source +effect +rank without +attention/);
    expect(text).toMatch(/nearest by (events|user embedding) /);
  });

  it('tells what the best have more of', async () => {
    const out = join(folder, 'lifts.csv');
    const lifts = JSON.parse(
      await explain(...workspace, ...INSTRUCTION, '--top-percent', '25', '--out', out, '--json'),
    ) as AudienceLifts;
    expect(lifts).toMatchObject({ audience: 31, rest: 90 });
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    expect(lines[0]).toBe('source,item,audience,rest,lift,low,high');
    expect(lines).toHaveLength(1 + lifts.items.length);
    expect(await explain(...workspace, ...INSTRUCTION, '--top', '31')).toContain('31 customers beside the 90 others');
  });

  it.each([
    ['nobody', [...INSTRUCTION], 'option-invalid'],
    ['both', [...INSTRUCTION, '--customer', 'c0004', '--top', '5'], 'option-invalid'],
    ['no number', [...INSTRUCTION, '--top', 'some'], 'depth-invalid'],
    ['no question', ['--customer', 'c0004'], 'target-missing'],
    ['two questions', [...INSTRUCTION, '--tuned', 'x', '--top', '5'], 'option-invalid'],
    ['an unknown customer', [...INSTRUCTION, '--customer', 'nobody'], 'customer-unknown'],
    ['everybody', [...INSTRUCTION, '--top-percent', '100'], 'audience-everybody'],
    ['an unknown tuned instruction', ['--tuned', 'none', '--top', '5'], 'tuned-missing'],
  ])('refuses %s', async (_, args, code) => {
    await expect(explain(...workspace, ...args)).rejects.toMatchObject({ code });
  });
});
