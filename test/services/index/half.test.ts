import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packHalves, unpackHalves } from '../../../electron/services/index/half.js';

function roundTrip(values: number[]): number[] {
  const out = new Float32Array(values.length);
  unpackHalves(packHalves(Float32Array.from(values)), out, 0);
  return [...out];
}

describe('halves', () => {
  it('keep what a half can say exactly', () => {
    const exact = [0, 1, -1, 0.5, 65504, -65504, 2 ** -14, 2 ** -24, 1 + 2 ** -10, Infinity, -Infinity];
    expect(roundTrip(exact)).toEqual(exact);
    expect(roundTrip([NaN])[0]).toBeNaN();
  });

  it('round to nearest, ties to even', () => {
    expect(roundTrip([1 + 2 ** -11, 1 + 3 * 2 ** -11, 70000, 2 ** -26])).toEqual([1, 1 + 2 ** -9, Infinity, 0]);
  });

  it('lose at most a part in 2048', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-3), max: 60000, noNaN: true }), (value) => {
        expect(Math.abs(roundTrip([value])[0]! - value)).toBeLessThanOrEqual(value / 2048);
      }),
    );
  });

  it('unpack from any offset', () => {
    const bytes = new Uint8Array(9);
    bytes.set(packHalves(Float32Array.of(2, 3, -4)), 3);
    const out = new Float32Array(5);
    unpackHalves(bytes.subarray(3), out, 2);
    expect([...out]).toEqual([0, 0, 2, 3, -4]);
  });
});
