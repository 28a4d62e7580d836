import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { register } from '../../electron/cli/commands/explain.js';
import { register as registerExport } from '../../electron/cli/commands/export.js';
import type { AudienceLifts } from '../../electron/services/explain/audience-lifts.js';
import type { CustomerWhy } from '../../electron/services/explain/customer-why.js';
import type { Nearest } from '../../electron/services/explain/nearest.js';
import { TINY_MODEL, tinyWorkspace } from '../services/tiny-workspace.js';

const INSTRUCTION = ['--instruction', 'customers who would buy candles', '--device', 'cpu'];

type Told = AudienceLifts & Record<string, unknown>;

/** Runs `explain` and gives what it printed. */
const explain = (...args: string[]): Promise<string> => run('explain', ...args);

async function run(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  register(program);
  registerExport(program);
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(args, { from: 'user' });
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

  it('tells it of exactly the audience that was exported: by its rules, its manifest or a list of its members', async () => {
    const no = join(folder, 'no.csv');
    writeFileSync(no, 'user_id\nc0004\nc0009\n');
    const rules = ['--percent', '25', '--suppress', no];
    const out = join(folder, 'audience.csv');
    await run('export', ...workspace, ...INSTRUCTION, ...rules, '--holdout', '20', '--out', out);
    const told = async (...args: string[]) => JSON.parse(await explain(...workspace, ...args, '--json')) as Told;
    const byRules = await told(...INSTRUCTION, ...rules);
    expect(byRules).toMatchObject({ counts: { suppressed: 2 }, lists: [{ entries: 2, matched: 2 }] });
    const byManifest = await told('--manifest', `${out}.manifest.json`);
    expect(byManifest).toMatchObject({ listed: byRules.audience, unknown: 0 });
    const byMembers = await told('--members', `${out}.members.csv`);
    for (const other of [byManifest, byMembers]) {
      const { audience, rest, compared, items } = byRules;
      expect(other).toMatchObject({ audience, rest, compared, items });
    }
    // The export itself holds those to contact alone.
    expect((await told('--members', `${out}:user_id`)).audience).toBeLessThan(byRules.audience);
    writeFileSync(no, 'user_id\nc0004\nnobody\n');
    expect(await explain(...workspace, '--members', no)).toContain('2 ids in');
    expect(await told('--members', no)).toMatchObject({ audience: 1, listed: 2, unknown: 1 });
    writeFileSync(no, 'user_id\nnobody\n');
    await expect(told('--members', no)).rejects.toMatchObject({ code: 'members-unknown' });
  });

  it.each([
    ['nobody', [...INSTRUCTION], 'option-invalid'],
    ['both', [...INSTRUCTION, '--customer', 'c0004', '--top', '5'], 'option-invalid'],
    ['no number', [...INSTRUCTION, '--top', 'some'], 'option-invalid'],
    ['a question beside a manifest', [...INSTRUCTION, '--manifest', 'm.json'], 'option-invalid'],
    ['rules beside a list', ['--members', 'm.csv', '--top', '5'], 'option-invalid'],
    ['a holdout', [...INSTRUCTION, '--top', '5', '--holdout', '5'], 'option-invalid'],
    ['two percentages', [...INSTRUCTION, '--percent', '5', '--top-percent', '5'], 'option-invalid'],
    ['a missing manifest', ['--manifest', 'none.json'], 'manifest-missing'],
    ['no question', ['--customer', 'c0004'], 'target-missing'],
    ['two questions', [...INSTRUCTION, '--tuned', 'x', '--top', '5'], 'option-invalid'],
    ['an unknown customer', [...INSTRUCTION, '--customer', 'nobody'], 'customer-unknown'],
    ['everybody', [...INSTRUCTION, '--top-percent', '100'], 'audience-everybody'],
    ['an unknown tuned instruction', ['--tuned', 'none', '--top', '5'], 'tuned-missing'],
  ])('refuses %s', async (_, args, code) => {
    await expect(explain(...workspace, ...args)).rejects.toMatchObject({ code });
  });
});
