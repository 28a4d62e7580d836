import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWeights } from '../../electron/engine/learned.js';
import { floats, integers, Session } from '../../electron/engine/session.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

describe('a graph session', () => {
  const load = (): Promise<Session> => Session.load(join(TINY_MODEL, 'string-table.onnx'));
  const source = integers(BigInt64Array.of(0n, 5n), 2);
  const flat = readWeights(join(TINY_MODEL, 'learned.bin'));
  const weights = floats(flat, flat.length);

  it('runs feeds that fit', async () => {
    const session = await load();
    const { table } = await session.run({ weights, embedding: floats(new Float32Array(64).fill(0.1), 2, 32), source });
    expect(table!.shape).toEqual([2, 16]);
    expect(table!.data.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['a missing input', { source }, 'embedding is missing'],
    ['another width', { embedding: floats(new Float32Array(6), 2, 3), source }, 'embedding must be float32'],
    ['another type', { embedding: integers(new BigInt64Array(64), 2, 32), source }, 'embedding must be float32'],
    ['too few entries', { embedding: floats(new Float32Array(5), 2, 32), source }, 'embedding has 5 entries'],
    [
      'an unknown input',
      { embedding: floats(new Float32Array(64), 2, 32), source, more: source },
      'more is not an input',
    ],
  ])('refuses %s and says so without any data', async (_, feeds, problem) => {
    const session = await load();
    const failure = await session
      .run({ weights, ...feeds } as Parameters<Session['run']>[0])
      .catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'graph-feeds' });
    expect((failure as Error).message).toContain(problem);
  });

  it('names the graph that does not load', async () => {
    await expect(Session.load(join(TINY_MODEL, 'model.json'))).rejects.toMatchObject({ code: 'graph-unloadable' });
  });
});
