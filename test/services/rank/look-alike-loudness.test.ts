import { describe, expect, it } from 'vitest';
import { KIND } from '../../../electron/services/index/scale.js';
import { holdBack } from '../../../electron/services/rank/held-back-owners.js';
import { judgedLoudness } from '../../../electron/services/rank/look-alike-loudness.js';
import type { LookAlikeBase } from '../../../electron/services/rank/look-alike.js';
import { blockOf } from './event-blocks.js';

// Strings: 0 boat, 1 marina, 2 bicycle, 3 bread.
const STRINGS = 4;

function baseOf(customers: readonly (readonly number[])[]): LookAlikeBase {
  const each = Uint32Array.from({ length: STRINGS }, (_, string) => string);
  return {
    events: blockOf(customers),
    columns: { strings: STRINGS, count: 2 * STRINGS, valueOf: each.map((string) => STRINGS + string) },
    choices: each,
    kind: new Uint8Array(STRINGS).fill(KIND.item),
    degree: Float64Array.of(1, 0, 0, 0),
  };
}

/** 200 customers, of whom the sailors go to the marina and the cyclists do not; a fifth of the sailors owns a boat. */
const people = Array.from({ length: 200 }, (_, at) => {
  const sails = at % 4 < 2;
  return [...(sails && at % 20 < 4 ? [0] : []), sails ? 1 : 2, 3];
});
/** Evidence by whether a customer has the string: as much as likeness can know, nothing, or the contrary. */
const told =
  (string: number, sign: number) =>
  async (_: unknown, { customers, start, string: owned }: ReturnType<typeof blockOf>): Promise<Float32Array> =>
    Float32Array.from({ length: customers }, (_, at) =>
      owned.subarray(start[at], start[at + 1]).includes(string) ? sign : 0,
    );

describe('how loud likeness is, judged by owners held back', () => {
  it('is what is usual where it makes no difference', async () => {
    expect(judgedLoudness(await holdBack(baseOf(people), [], told(1, 1)), 1)).toBe(3);
    expect(judgedLoudness(await holdBack(baseOf(people), [], told(3, 1)), 1)).toBe(3);
  });

  it('is more where the evidence says the contrary', async () => {
    expect(judgedLoudness(await holdBack(baseOf(people), [], told(1, -9)), 1)).toBeGreaterThan(3);
  });

  it('is less where likeness has nothing to go by and the evidence has', async () => {
    // Owners are like everybody else but for what the evidence knows: the place in the list.
    const same = people.map((_, at) => (at % 10 === 0 || at % 10 === 5 ? [0, 1 + (at % 3), 3] : [1 + (at % 3), 3]));
    const knowing = async (_: unknown, { customers }: ReturnType<typeof blockOf>): Promise<Float32Array> =>
      Float32Array.from({ length: customers }, (_, at) => Number(at % 5 === 0));
    expect(judgedLoudness(await holdBack(baseOf(same), [], knowing), 0.4)).toBeLessThan(3);
  });

  it('cannot be told from a handful of owners', async () => {
    const few = people.map((own, at) => (at < 4 ? own : own.filter((string) => string !== 0)));
    expect(await holdBack(baseOf(few), [], told(1, 1))).toEqual([]);
  });
});
