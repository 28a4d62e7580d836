import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

describe('the window’s side of the bridge', () => {
  it('makes a rejected promise of a call that fails before it leaves, and leaves listeners as they are', async () => {
    const stop = () => undefined;
    vi.stubGlobal('window', {
      instructue: {
        rank: {
          start: () => {
            throw new Error('An object could not be cloned.');
          },
          list: () => Promise.resolve({ ok: true, value: [] }),
        },
        tasks: { onReport: () => stop },
      },
    });
    const { bridge } = await import('../../renderer/bridge.js');
    const question = { instruction: 'customers who buy mugs' };
    await expect(bridge.rank.start({ taskId: 't', question })).rejects.toThrow('could not be cloned');
    expect(await bridge.rank.list()).toEqual({ ok: true, value: [] });
    expect(bridge.tasks.onReport(() => undefined)).toBe(stop);
  });
});
