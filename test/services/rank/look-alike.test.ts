import { describe, expect, it } from 'vitest';
import { KIND } from '../../../electron/services/index/scale.js';
import type { Columns } from '../../../electron/services/rank/columns.js';
import { learnLookAlike, likeness, type LookAlikeBase } from '../../../electron/services/rank/look-alike.js';
import { blockOf } from './event-blocks.js';

// Strings: 0 boat, 1 marina, 2 sailing shoes, 3 bicycle, 4 helmet, 5 bread.
const STRINGS = 6;
const columns: Columns = {
  strings: STRINGS,
  count: 2 * STRINGS,
  valueOf: Uint32Array.from({ length: STRINGS }, (_, string) => STRINGS + string),
};
/** Customers with these strings, of which the first is meant; every string is an item and a choice of its own. */
function baseOf(customers: readonly (readonly number[])[], changed: Partial<LookAlikeBase> = {}): LookAlikeBase {
  return {
    events: blockOf(customers),
    columns,
    choices: Uint32Array.from({ length: STRINGS }, (_, string) => string),
    kind: new Uint8Array(STRINGS).fill(KIND.item),
    degree: Float64Array.of(1, 0, 0, 0, 0, 0),
    ...changed,
  };
}

/** Sailors and cyclists; every fourth sailor owns a boat, and so does one cyclist. */
const people = Array.from({ length: 80 }, (_, at) => {
  const base = at % 2 === 0 ? [1, 2, 5] : [3, 4, 5];
  return at % 8 === 0 || at === 1 ? [0, ...base] : base;
});

describe('likeness to the owners of what is named', () => {
  it('ranks who has what owners have above the rest, and owners first', async () => {
    const model = (await learnLookAlike(baseOf(people), []))!;
    const [owner, sailor, cyclist] = likeness(model, blockOf([[0, 3, 4, 5], [1, 2, 5], [3, 4, 5]])); // prettier-ignore
    expect(sailor).toBeGreaterThan(cyclist! + 1);
    expect(owner).toBeGreaterThanOrEqual(2);
    expect(owner).toBeGreaterThan(sailor!);
  });

  it('does not use the named thing itself to tell owners', async () => {
    const model = (await learnLookAlike(baseOf(people), []))!;
    expect(model.weights.present[0]).toBeCloseTo(0, 12);
  });

  it('does not tell owners by the lack of another value of the same column', async () => {
    // A boat, or no boat: everybody else has bread instead.
    const model = (await learnLookAlike(baseOf(people, { choices: Uint32Array.of(0, 1, 2, 3, 4, 0) }), []))!;
    expect(model.weights.present[5]).toBeCloseTo(0, 12);
  });

  it('learns nothing from owners of whom nothing else is known', async () => {
    const alone = [...people, ...Array.from({ length: 30 }, () => [0])];
    const [plain, with30] = await Promise.all(
      [people, alone].map(async (some) => (await learnLookAlike(baseOf(some), []))!),
    );
    expect(with30!.weights.present).toEqual(plain!.weights.present);
  });

  it('takes no notice of summaries, which what is meant went into', async () => {
    const kind = Uint8Array.of(KIND.item, KIND.item, KIND.aggregate, KIND.item, KIND.item, KIND.item);
    const model = (await learnLookAlike(baseOf(people, { kind }), []))!;
    expect(model.weights.present[2]).toBeCloseTo(0, 12);
  });

  it('counts owners of what is excluded as none', async () => {
    // Who has a marina is excluded: the one cyclist with a boat, and cyclists like him, are left.
    const others = [...people, [0, 3, 4], [0, 3, 4], [0, 3, 4]];
    const excluded = Float64Array.of(0, 1, 0, 0, 0, 0);
    const model = (await learnLookAlike(baseOf(others), [excluded]))!;
    const [sailor, cyclist] = likeness(model, blockOf([[1, 2, 5], [3, 4, 5]])); // prettier-ignore
    expect(cyclist).toBeGreaterThan(sailor!);
  });

  it('needs owners, and somebody who is none', async () => {
    const few = people.map((own, at) => (at === 0 ? own : own.filter((string) => string !== 0)));
    expect(await learnLookAlike(baseOf(few), [])).toBeUndefined();
    expect(await learnLookAlike(baseOf(people.map((own) => [0, ...own])), [])).toBeUndefined();
  });
});
