import { describe, expect, it } from 'vitest';
import { createBridge, type Transport } from '../../electron/ipc/bridge.js';

/** A transport that remembers what was sent and answers as told. */
function transport(answer: unknown) {
  const sent: { channel: string; request: unknown }[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const fake: Transport = {
    invoke: (channel, request) => {
      sent.push({ channel, request });
      return Promise.resolve(answer);
    },
    listen: (channel, listener) => {
      listeners.set(channel, listener);
      return () => listeners.delete(channel);
    },
    pathOf: (file) => `/dropped/${file.name}`,
  };
  return { fake, sent, listeners };
}

describe('the bridge', () => {
  it('sends a request on its channel and hands back the value', async () => {
    const { fake, sent } = transport({
      ok: true,
      value: { total: 1, rows: [{ rank: 1, userId: '007', score: 0.5, cells: [] }] },
    });
    const request = { rankingId: 3, offset: 0, limit: 10, search: '', columns: [], filter: null };
    const result = await createBridge(fake).rank.page(request);
    expect(sent).toEqual([{ channel: 'rank:page', request }]);
    expect(result).toEqual({
      ok: true,
      value: { total: 1, rows: [{ rank: 1, userId: '007', score: 0.5, cells: [] }] },
    });
  });

  it('refuses a request that does not fit its schema, before anything is sent', async () => {
    const { fake, sent } = transport({ ok: true, value: null });
    const bridge = createBridge(fake);
    const page = { rankingId: 3, offset: 0, limit: 10, search: '', columns: [], filter: null };
    const told = async (asked: Promise<{ ok: boolean; error?: { message: string } }>) => (await asked).error?.message;
    expect(await told(bridge.rank.page({ ...page, offset: -1 }))).toBe('The offset must be at least 0');
    expect(await told(bridge.rank.page({ ...page, limit: 5000 }))).toBe('The limit cannot be above 500');
    expect(await told(bridge.ask.read({ instruction: 'x'.repeat(4001) }))).toBe(
      'The instruction is too long: 4,000 characters are the most',
    );
    const tune = (ids: string[]) =>
      bridge.tune.start({
        taskId: 't',
        question: { instruction: 'x' },
        examples: { by: 'ids', ids },
        softPrompt: false,
      });
    expect(await told(tune(Array.from({ length: 10_001 }, () => 'a')))).toBe('Too many ids: 10,000 are the most');
    expect(await told(tune(['a', 'b'.repeat(501)]))).toBe('One of the ids is too long: 500 characters are the most');
    expect(sent).toEqual([]);
  });

  it('refuses an answer that does not fit its schema', async () => {
    const { fake } = transport({ ok: true, value: { total: 'many', rows: [] } });
    const asked = createBridge(fake).rank.page({
      rankingId: 3,
      offset: 0,
      limit: 10,
      search: '',
      columns: [],
      filter: null,
    });
    expect(await asked).toMatchObject({
      ok: false,
      error: { message: 'The total does not fit what is expected there' },
    });
  });

  it('hands back a failure as a value', async () => {
    const error = { code: 'file-empty', message: 'The file is empty', remedy: 'export it again', place: { file: 'a' } };
    const { fake } = transport({ ok: false, error });
    expect(await createBridge(fake).data.inspect({ handle: 'x' })).toEqual({ ok: false, error });
  });

  it('takes the paths of dropped files from the transport, not from the page', async () => {
    const { fake, sent } = transport({ ok: true, value: [] });
    await createBridge(fake).data.grantDropped([new File(['x'], 'orders.csv')]);
    expect(sent).toEqual([{ channel: 'data:grant-dropped', request: ['/dropped/orders.csv'] }]);
  });

  it('listens to task reports until told to stop', () => {
    const { fake, listeners } = transport(undefined);
    const heard: string[] = [];
    const stop = createBridge(fake).tasks.onReport(({ stage }) => heard.push(stage));
    const report = { taskId: 't', title: 'Import', stage: 'read', done: 1, total: 2, elapsed: 5, ended: false };
    listeners.get('tasks:reported')?.(report);
    stop();
    expect(heard).toEqual(['read']);
    expect(listeners.size).toBe(0);
  });
});
