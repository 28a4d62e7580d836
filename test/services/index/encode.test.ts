import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { Cancelled } from '../../../electron/services/errors.js';
import { derive } from '../../../electron/services/index/derive.js';
import { encode } from '../../../electron/services/index/encode.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { readIndex } from '../../../electron/services/index/read-index.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const CUSTOMERS = 5000;

describe('encode', () => {
  let workspace: Workspace;
  let engine: Engine;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    workspace = (await tinyWorkspace(CUSTOMERS)).workspace;
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
  });

  it('asks for customers first', async () => {
    await expect(encode(workspace, engine)).rejects.toMatchObject({ code: 'not-derived' });
  });

  it('goes on where it was cancelled', async () => {
    await derive(workspace);
    const controller = new AbortController();
    const task = {
      signal: controller.signal,
      progress: ({ stage, done }: { stage: string; done: number }) => {
        if (stage === 'encode customers' && done > 0) controller.abort();
      },
    };
    await expect(encode(workspace, engine, task)).rejects.toBeInstanceOf(Cancelled);
    const report = await encode(workspace, engine);
    expect(report.embedded).toBe(0);
    expect(report.encoded).toBe(CUSTOMERS + 1 - 4096);
    expect(report.customers).toBe(CUSTOMERS + 1);
  });

  it('does nothing when nothing changed', async () => {
    expect((await encode(workspace, engine)).encoded).toBe(0);
  });

  it('stores every customer in order, with their events and finite tokens', async () => {
    const { userTokens, tokenWidth } = engine.model.shape;
    const tokenSize = userTokens * tokenWidth;
    let customers = 0;
    let events = 0;
    let empty = 0;
    for await (const batch of readIndex(workspace, CUSTOMERS + 1, { size: 1000, tokenSize })) {
      expect(batch.first).toBe(customers);
      expect(batch.tokens).toHaveLength(batch.events.customers * tokenSize);
      expect(batch.tokens.every(Number.isFinite)).toBe(true);
      customers += batch.events.customers;
      events += batch.events.start[batch.events.customers]!;
      for (let i = 0; i < batch.events.customers; i++) {
        if (batch.events.start[i] === batch.events.start[i + 1]) empty++;
      }
    }
    const counted = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM events');
    expect([customers, events, empty]).toEqual([CUSTOMERS + 1, counted!.n, 1]);
  });

  it('encodes those again whose rows are hidden, and keeps them hidden until told otherwise', async () => {
    const south = await workspace.one<{ n: number }>("SELECT count(*) AS n FROM rows_1 WHERE c2 = 'south'");
    const hidden = await prepare(workspace, engine, [{ column: 'region', value: 'south' }]);
    expect(hidden.encoded.encoded).toBe(south!.n);
    const again = await prepare(workspace, engine);
    expect(again.encoded.encoded).toBe(0);
    expect(again.hides).toEqual([{ column: 'region', value: 'south' }]);
  });
});
