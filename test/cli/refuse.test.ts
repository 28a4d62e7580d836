import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { register as fit } from '../../electron/cli/commands/fit.js';
import { register as importFiles } from '../../electron/cli/commands/import.js';
import { register as measure } from '../../electron/cli/commands/measure.js';
import { register as tune } from '../../electron/cli/commands/tune.js';
import { allowOptions, givenOptions, refuseOptions } from '../../electron/cli/refuse.js';

const folder = mkdtempSync(join(tmpdir(), 'refuse-'));

/** Runs a command that must fail before it opens the workspace: there is none. */
async function failureOf(register: (to: Command) => void, ...args: string[]): Promise<unknown> {
  const program = new Command().exitOverride();
  register(program);
  const name = program.commands[0]!.name();
  return program.parseAsync([name, ...args], { from: 'user' }).catch((error: unknown) => error);
}

describe('options that would be ignored', () => {
  const parsed = (...words: string[]) =>
    new Command()
      .option('--a <x>')
      .option('--b')
      .option('--c <x>', '', 'default')
      .exitOverride()
      .parse(words, { from: 'user' });

  it('are those given, not those with a default', () => {
    expect(givenOptions(parsed('--b', '--a', '1'))).toEqual(['--a', '--b']);
    expect(() => refuseOptions(parsed('--b'), ['--b'], 'of a')).toThrowError('--b would be ignored: of a');
    expect(() => refuseOptions(parsed('--a', '1'), ['--b', '--c'], 'of a')).not.toThrow();
    expect(() => allowOptions(parsed('--a', '1', '--b'), ['--a'], 'of a')).toThrowError('--b would be ignored');
  });

  const mapping = join(folder, 'map.json');
  writeFileSync(mapping, JSON.stringify({ 'a.csv': { source: 'purchases', columns: { kunde: 'id' } } }));
  const [workspace, seeds] = [
    ['--workspace', join(folder, 'none.instructue')],
    ['--instruction', 'tea', '--name', 'tea', '--seeds', 's.csv'],
  ];

  it.each<[string, (to: Command) => void, string[], RegExp]>([
    ['a positive value of seeds', tune, [...seeds, '--positive', 'x'], /^--positive would be ignored/],
    ['a label column of seeds', tune, [...seeds, '--label', 'x'], /^--label would be ignored/],
    ['time beside steps', fit, ['--minutes', '1', '--steps', '6'], /exclude each other/],
    ['the id column of a mapping', importFiles, ['a.csv', '--map', mapping, '--id', 'x'], /^--id would be ignored/],
    ['a source against the mapping', importFiles, ['profile=a.csv', '--map', mapping], /a\.csv is purchases/],
  ])('are refused: %s', async (_, register, args, message) => {
    const failure = await failureOf(register, ...workspace, ...args);
    expect(failure).toMatchObject({ code: 'option-invalid', message: expect.stringMatching(message) as string });
  });

  it('are refused: members beside their manifest', async () => {
    const failure = await failureOf(measure, '--manifest', 'm', '--members', 'n', '--outcomes', 'o');
    expect(failure).toMatchObject({ code: 'option-invalid', message: '--manifest and --members exclude each other' });
  });
});
