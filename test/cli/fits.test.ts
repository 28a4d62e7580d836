import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compose } from '../../electron/composition.js';
import { register } from '../../electron/cli/commands/fits.js';
import { fitLines, stopped } from '../../electron/cli/commands/fit.js';
import { findFit, type FitVersion } from '../../electron/services/fit/fit-versions.js';
import { TINY_MODEL, tinyWorkspace } from '../services/tiny-workspace.js';
import { storeFit } from '../services/fit/stored-fit.js';

describe('fits on the command line', () => {
  let folder: string;
  let told: string[];
  const run = async (...args: string[]): Promise<string> => {
    const program = new Command().exitOverride();
    register(program);
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await program.parseAsync(['fits', '--workspace', join(folder, 'w.instructue'), ...args], { from: 'user' });
      return print.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      print.mockRestore();
    }
  };

  beforeAll(async () => {
    vi.stubEnv('INSTRUCTUE_MODEL', TINY_MODEL);
    const tiny = await tinyWorkspace(40);
    folder = tiny.folder;
    tiny.workspace.close();
    const services = await compose(join(folder, 'w.instructue'));
    await storeFit(services, 'kept');
    await storeFit(services, 'paused');
    told = fitLines(await findFit(services.workspace, 1, services.modelHash()));
    services.close();
  }, 60_000);
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('tell both kinds of held-back questions with their own counts', () => {
    expect(told.find((line) => line.includes('foresee'))).toContain('(9 questions)');
    expect(told.find((line) => line.includes('names'))).toContain('(10 questions)');
    expect(told.find((line) => line.startsWith('held back'))).not.toContain('gain');
  });

  it('say after an interruption whether anything was stored', async () => {
    const fits = JSON.parse(await run('--json')) as FitVersion[];
    expect(stopped(fits)).toMatchObject({ code: 'fit-paused', remedy: 'run the same command to go on' });
    expect(stopped(fits.filter(({ state }) => state === 'kept'))).toMatchObject({ code: 'fit-stopped' });
  });

  it('are a table with one line each', async () => {
    const [head, paused, kept] = (await run()).split('\n');
    expect(head).toMatch(/^fit +started \(UTC\) +state +customers +seed +steps +seconds/);
    expect(paused).toMatch(/^2 +\d{4}-\d\d-\d\d \d\d:\d\d +paused +50 +1 +2\/6 +12/);
    expect(kept).toMatch(/^1 .* kept .* 0\.600 → 0\.610 +0\.600 → 0\.610 +1, 1 +yes$/);
  });

  it('are deleted, brought back, and deleted for good after that alone', async () => {
    await expect(run('--purge', '2')).rejects.toMatchObject({ code: 'fit-not-deleted' });
    await run('--delete', '1');
    const lines = await run('--delete', '2');
    expect(lines).toContain('no fit: make one');
    expect(lines).toContain('deleted, and brought back by --restore: 1, 2');
    expect(await run('--purge', '2')).toContain('deleted for good: fit 2');
    await expect(run('--restore', '2')).rejects.toMatchObject({ code: 'fit-missing' });
    expect(await run('--restore', '1')).toContain('restored: fit 1');
  });
});
