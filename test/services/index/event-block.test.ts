import { describe, expect, it } from 'vitest';
import { appendPacked, emptyBlock, packEvents, type EventBlock } from '../../../electron/services/index/event-block.js';
import { chooseEvents, valueBin } from '../../../electron/services/index/token-batch.js';

const block: EventBlock = {
  customers: 3,
  start: Uint32Array.of(0, 2, 2, 5),
  string: Uint32Array.of(7, 4_000_000, 0, 1, 2),
  n: Uint32Array.of(1, 100_000, 3, 9, 2),
  value: Float32Array.of(0.25, NaN, 0, 1, 0.5),
  recency: Float32Array.of(NaN, 1, 0.1, NaN, 0.9),
};

describe('packed events', () => {
  it('come back as they were, customers without events included', () => {
    const read = emptyBlock(3);
    for (let customer = 0; customer < 3; customer++) appendPacked(read, packEvents(block, customer));
    expect([...read.start]).toEqual([0, 2, 2, 5]);
    expect([...read.string.subarray(0, 5)]).toEqual([...block.string]);
    expect([...read.n.subarray(0, 5)]).toEqual([...block.n]);
    for (const column of ['value', 'recency'] as const) {
      block[column].forEach((expected, event) => {
        if (Number.isNaN(expected)) expect(read[column][event]).toBeNaN();
        else expect(read[column][event]).toBeCloseTo(expected, 4);
      });
    }
  });

  it('take twelve bytes each', () => {
    expect(packEvents(block, 2)).toHaveLength(36);
    expect(packEvents(block, 1)).toHaveLength(0);
  });
});

describe('the choice of events for user tokens', () => {
  const facts = { count: 8, kind: Uint8Array.of(0, 0, 0, 0, 1, 1, 3, 3), source: new Uint8Array(8) };
  const many: EventBlock = {
    customers: 1,
    start: Uint32Array.of(0, 8),
    string: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    n: Uint32Array.of(1, 5, 1, 2, 1, 1, 1, 1),
    value: new Float32Array(8).fill(NaN),
    recency: Float32Array.of(0.2, NaN, 0.9, NaN, NaN, NaN, NaN, NaN),
  };

  it('keeps everything that fits', () => {
    expect(chooseEvents(many, 0, 8, facts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('takes recent items first, then frequent ones, and keeps half of the room for the rest', () => {
    expect(chooseEvents(many, 0, 4, facts)).toEqual([2, 0, 4, 5]);
    expect(chooseEvents(many, 0, 7, facts)).toEqual([2, 0, 1, 3, 4, 5, 6]);
  });

  it('puts percentiles into eighths, none into bin 0', () => {
    expect([NaN, 0, 0.124, 0.125, 0.99, 1].map(valueBin)).toEqual([0, 1, 1, 2, 8, 8]);
  });
});
