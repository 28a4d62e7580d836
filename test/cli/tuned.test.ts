import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TINY_MODEL, tinyWorkspace } from '../services/tiny-workspace.js';

const CUSTOMERS = 200;
const id = (i: number): string => `c${String(i).padStart(4, '0')}`;
/** Customers of the south, which the random model cannot know. */
const isSouthern = (i: number): boolean => i % 3 === 0;

/** Runs a command and gives what it printed. */
async function run(name: string, ...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  const { register } = (await import(`../../electron/cli/commands/${name}.ts`)) as {
    register(program: Command): void;
  };
  register(program);
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync([name, ...args], { from: 'user' });
    return print.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    print.mockRestore();
  }
}

describe('tuned instructions on the command line', () => {
  let folder: string;
  let workspace: string[];
  let labels: string[];
  const write = (name: string, rows: string[]): string => {
    writeFileSync(join(folder, name), `${rows.join('\n')}\n`);
    return join(folder, name);
  };

  beforeAll(async () => {
    vi.stubEnv('INSTRUCTUE_MODEL', TINY_MODEL);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const tiny = await tinyWorkspace(CUSTOMERS);
    folder = tiny.folder;
    tiny.workspace.close();
    workspace = ['--workspace', join(folder, 'w.instructue')];
    const rows = Array.from({ length: CUSTOMERS }, (_, i) => `${id(i)},${isSouthern(i) ? 1 : 0}`);
    labels = ['--labels', write('labels.csv', ['user_id,south', ...rows]), '--label', 'south'];
    const examples = ['--labels', write('examples.csv', ['user_id,south', ...rows.slice(0, 40)]), '--label', 'south'];
    for (const name of ['south', 'south'])
      await run('tune', ...workspace, '--instruction', 'customers who travel', ...examples, '--name', name);
  }, 120_000);
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('are evaluated beside their untuned words, on customers that were no examples', async () => {
    const told = JSON.parse(await run('evaluate', ...workspace, '--tuned', 'south', ...labels, '--json')) as {
      rankings: { name: string; metrics: { customers: number; auc: { value: number; low: number } } }[];
    };
    const [tuned, untuned] = told.rankings;
    expect(told.rankings.map(({ name }) => name)).toEqual([
      'south@2, tuned',
      'untuned: customers who travel',
      'activity count',
    ]);
    expect(tuned!.metrics.customers).toBe(CUSTOMERS - 40);
    expect(tuned!.metrics.auc.low).toBeGreaterThan(untuned!.metrics.auc.value);
    const lines = await run('evaluate', ...workspace, '--tuned', 'south@1', ...labels);
    expect(lines).toContain('40 customers that the tuning used are not scored');
  });

  it('cannot be evaluated on their examples alone', async () => {
    const seen = ['--labels', join(folder, 'examples.csv'), '--label', 'south'];
    await expect(run('evaluate', ...workspace, '--tuned', 'south', ...seen)).rejects.toMatchObject({
      code: 'labels-examples',
    });
  });

  it('are listed, chosen, noted, deleted and brought back', async () => {
    const list = async (...args: string[]) =>
      JSON.parse(await run('tuned', ...workspace, ...args, '--json')) as {
        version: number;
        chosen: boolean;
        note: string;
        counts: { positives: number };
      }[];
    expect((await list()).map(({ version }) => version)).toEqual([2, 1]);
    expect((await list('--use', 'south@1')).map(({ chosen }) => chosen)).toEqual([false, true]);
    const ranked = JSON.parse(await run('rank', ...workspace, '--tuned', 'south', '--json')) as {
      tuned: { version: number };
    };
    expect(ranked.tuned.version).toBe(1);
    expect((await list('--note', 'south@2=after=the fair'))[0]!.note).toBe('after=the fair');
    expect((await list('--delete', 'south@1')).map(({ version }) => version)).toEqual([2]);
    await expect(run('rank', ...workspace, '--tuned', 'south@1')).rejects.toMatchObject({ code: 'tuned-missing' });
    expect((await list('--restore', 'south@1')).map(({ version }) => version)).toEqual([2, 1]);
    await expect(run('tuned', ...workspace, '--restore', 'south@1')).rejects.toMatchObject({ code: 'tuned-missing' });
    await list('--delete', 'south@1');
    expect(await run('tuned', ...workspace, '--purge')).toContain('deleted for good: 1');
    await expect(run('tuned', ...workspace, '--restore', 'south@1')).rejects.toMatchObject({ code: 'tuned-missing' });
    await expect(run('tuned', ...workspace, '--note', 'nothing')).rejects.toMatchObject({ code: 'option-invalid' });
    await expect(run('tuned', ...workspace, '--purge', '--use', 'south@2')).rejects.toMatchObject({
      code: 'option-invalid',
    });
    const lines = await run('tuned', ...workspace);
    expect(lines).toContain('14 with, 26 without');
    expect(lines).toContain('after=the fair');
  });

  it('give an audience, which names the version', async () => {
    const members = join(folder, 'members.csv');
    await run('audience', ...workspace, '--tuned', 'south', '--top', '20', '--out', members);
    const best = readFileSync(members, 'utf8').trim().split(/\r?\n/).slice(1);
    const southern = best.filter((row) => isSouthern(Number(row.split(',')[1]!.slice(1))));
    expect(southern.length).toBeGreaterThanOrEqual(18);
    const out = join(folder, 'out.csv');
    await run('export', ...workspace, '--tuned', 'south', '--top', '20', '--out', out);
    const manifest = JSON.parse(readFileSync(`${out}.manifest.json`, 'utf8')) as {
      ask: unknown;
      rankings: { tuned: string }[];
    };
    expect(manifest.ask).toEqual({ target: { tuned: 'south@2' } });
    expect(manifest.rankings.map(({ tuned }) => tuned)).toEqual(['south@2']);
    const clash = ['--tuned', 'south', '--instruction', 'x'];
    await expect(run('audience', ...workspace, ...clash)).rejects.toMatchObject({ code: 'option-invalid' });
  });

  it('are what a recipe asks for, and its manifest makes the export again', async () => {
    const recipe = write('recipe.json', [
      JSON.stringify({
        recipe: 1,
        workspace: 'w.instructue',
        sources: [
          { source: 'profile', file: 'profile.csv' },
          { source: 'purchases', file: 'purchases.csv' },
        ],
        ask: { target: { tuned: 'south@2' } },
        audience: { size: { by: 'top', count: 20 } },
        export: { file: 'recipe.csv' },
      }),
    ]);
    await run('run', recipe);
    const rows = (file: string): string => readFileSync(join(folder, file), 'utf8');
    expect(rows('recipe.csv')).toBe(rows('out.csv'));
    const manifest = join(folder, 'recipe.csv.manifest.json');
    await run('export', ...workspace, '--manifest', manifest, '--out', join(folder, 'again.csv'));
    expect(rows('again.csv')).toBe(rows('recipe.csv'));
  });
});
