import { describe, expect, it } from 'vitest';
import { AppError, Cancelled } from '../../electron/services/errors.js';
import { CommanderError } from 'commander';
import { errorJson, errorLine, remainingTime } from '../../electron/cli/output.js';

describe('the time that is left', () => {
  const learn = (done: number, total = 72) => ({ stage: 'learn', done, total });

  it('is told once a tenth is done, and not at the end', () => {
    const left = remainingTime();
    expect(left(learn(0), 0)).toBe('');
    expect(left(learn(4), 4000)).toBe('');
    expect(left(learn(36), 36_000)).toBe(', about 36 s left');
    expect(left(learn(72), 72_000)).toBe('');
  });

  it('counts what was done in this call alone, and each stage for itself', () => {
    const left = remainingTime();
    left(learn(40, 80), 0);
    expect(left(learn(60, 80), 300_000)).toBe(', about 5 min left');
    expect(left({ stage: 'rank', done: 50, total: 100 }, 301_000)).toBe('');
    expect(left({ stage: 'rank', done: 75, total: 100 }, 311_000)).toBe(', about 10 s left');
  });

  it('is not told where the end is not known', () => {
    const left = remainingTime();
    left({ stage: 'read', done: 0, total: 0 }, 0);
    expect(left({ stage: 'read', done: 500, total: 0 }, 1000)).toBe('');
  });
});

describe('a failure', () => {
  const wrong = new AppError('a-code', 'It is wrong', 'mend it', { file: 'f.csv', line: 3 });

  it('is one line for people', () => {
    expect(errorLine(wrong)).toBe('error: It is wrong — mend it (f.csv, line 3)');
    expect(errorLine(new Cancelled('Import'))).toBe('error: Import was cancelled');
    expect(errorLine(new CommanderError(1, 'commander.x', "error: unknown option '--x'"))).toBe(
      "error: unknown option '--x' — see --help",
    );
    expect(errorLine(new Error('boom\nat …'))).toBe('error: boom — this is a fault of the program; please report it');
  });

  it('is one object for programs', () => {
    const told = (error: unknown) => JSON.parse(errorJson(error)) as unknown;
    const place = { file: 'f.csv', line: 3 };
    expect(told(wrong)).toEqual({ error: { code: 'a-code', message: 'It is wrong', remedy: 'mend it', place } });
    expect(told(new Cancelled('Import'))).toEqual({ error: { code: 'cancelled', message: 'Import was cancelled' } });
    expect(told('boom')).toMatchObject({ error: { code: 'fault', message: 'boom' } });
  });
});
