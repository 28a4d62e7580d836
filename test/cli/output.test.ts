import { describe, expect, it } from 'vitest';
import { remainingTime } from '../../electron/cli/output.js';

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
