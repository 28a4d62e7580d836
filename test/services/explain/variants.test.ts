import { describe, expect, it } from 'vitest';
import { countAbove } from '../../../electron/services/explain/ready-ranking.js';
import { variantsOf } from '../../../electron/services/explain/variants.js';
import type { EventBlock } from '../../../electron/services/index/event-block.js';

const block: EventBlock = {
  customers: 2,
  start: Uint32Array.of(0, 2, 5),
  string: Uint32Array.of(4, 9, 1, 2, 3, 77),
  n: Uint32Array.of(1, 1, 10, 20, 30, 77),
  value: Float32Array.of(0, 0, 0.25, NaN, 0.75, 77),
  recency: Float32Array.of(0, 0, NaN, 0.5, 1, 77),
};

describe('variants of a customer', () => {
  it('lack what is left out, and nothing else', () => {
    const variants = variantsOf(block, 1, [[], [0], [1, 2], [0, 1, 2]]);
    expect(variants.customers).toBe(4);
    expect([...variants.start]).toEqual([0, 3, 5, 6, 6]);
    expect([...variants.string]).toEqual([1, 2, 3, 2, 3, 1]);
    expect([...variants.n]).toEqual([10, 20, 30, 20, 30, 10]);
    expect([...variants.value]).toEqual([0.25, NaN, 0.75, NaN, 0.75, 0.25]);
    expect([...variants.recency]).toEqual([NaN, 0.5, 1, 0.5, 1, NaN]);
  });
});

describe('the rank of a score', () => {
  const scores = Float32Array.of(5, 3, 3, 1);
  it.each([
    [6, 0],
    [5, 0],
    [4, 1],
    [3, 1],
    [2, 3],
    [0, 4],
  ])('%d has %d above', (score, above) => expect(countAbove(scores, score)).toBe(above));
});
