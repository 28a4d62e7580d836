import { describe, expect, it } from 'vitest';
import { openGate } from '../../../electron/services/rank/gate.js';
import type { HeldBack } from '../../../electron/services/rank/held-back-owners.js';
import type { Owners } from '../../../electron/services/rank/prepare-look-alike.js';
import type { Readout } from '../../../electron/services/rank/readout.js';
import type { Side } from '../../../electron/services/rank/side.js';
import { CONTEXT } from '../../../electron/services/rank/evidence.js';
import { blockOf } from './event-blocks.js';

const FIT = { gate: 2, namedGate: 0.5 };
const OWNER = 1;

/** 200 customers of whom every fifth is an owner; each has one string, which the readout below reads. */
function half(read: (at: number, owns: boolean) => number): HeldBack {
  const owned = Array.from({ length: 200 }, (_, at) => Number(at % 5 === 0));
  return {
    events: blockOf(owned.map((owns, at) => [read(at, owns === OWNER)])),
    owned,
    evidence: Float32Array.from(owned, (_, at) => Math.sin(at)),
    alike: new Float64Array(owned.length),
  };
}

/** Customers whose string is 1 point to the answer, the others away from it. */
const readout = {
  embed: async ({ string, customers }: HeldBack['events']) =>
    Float32Array.from({ length: customers }, (_, at) => (string[at] === 1 ? 1 : -1)),
} as unknown as Readout;

/** Side of an instruction whose nearest string has this cosine. */
function side(nearest: number): Side {
  const context = new Float32Array(CONTEXT.length);
  context[CONTEXT.indexOf('best')] = nearest;
  return { context, read: { answer: Float32Array.of(1) } } as unknown as Side;
}

const owners = (presence: number, sureness: number, heldBack: HeldBack[] = []): Owners => ({
  presence,
  sureness,
  heldBack,
  lookAlike: undefined,
});
const knowing = [half((_, owns) => Number(owns)), half((_, owns) => Number(owns))];
const guessing = [half((at) => (at * 7) % 2), half((at) => (at * 3) % 2)];

describe('how far the learned path is open', () => {
  it('is what owners held back say of a thing', async () => {
    expect(await openGate(FIT, side(0.7), owners(1, 1, knowing), readout)).toBeGreaterThan(0);
    expect(await openGate(FIT, side(0.7), owners(1, 1, guessing), readout)).toBe(0);
  });

  it('is shut for a thing with too few owners to tell', async () => {
    expect(await openGate(FIT, side(0.7), owners(1, 1), readout)).toBe(0);
  });

  it('is what the held-back questions of the fit say of a theme', async () => {
    expect(await openGate(FIT, side(0.7), owners(1, 0), readout)).toBe(FIT.gate);
    expect(await openGate(FIT, side(0.9), owners(1, 0), readout)).toBe(FIT.namedGate);
  });

  it('is shut for what is not in the data', async () => {
    expect(await openGate(FIT, side(0.3), owners(0, 0), readout)).toBe(0);
  });

  it('is read from some of many customers', async () => {
    const many = (own: HeldBack): HeldBack => ({
      events: blockOf(Array.from({ length: 2000 }, (_, at) => [own.events.string[at % 200]!])),
      owned: Array.from({ length: 2000 }, (_, at) => own.owned[at % 200]!),
      evidence: Float32Array.from({ length: 2000 }, (_, at) => own.evidence[at % 200]!),
      alike: new Float64Array(2000),
    });
    let read = 0;
    const counting = {
      embed: async (events: HeldBack['events']) => {
        read += events.customers;
        return readout.embed(events);
      },
    } as unknown as Readout;
    expect(await openGate(FIT, side(0.7), owners(1, 1, knowing.map(many)), counting)).toBeGreaterThan(0);
    expect(read).toBe(2 * 1024);
  });
});
