import type { Population } from '../../../electron/services/fit/population.js';
import { KIND } from '../../../electron/services/index/scale.js';

/** Customers of the hand-made population. */
export const CUSTOMERS = 120;

const STRINGS: [text: string, kind: number, source: number, column: string][] = [
  ['garden chair, genre: outdoor', KIND.item, 0, 'item'],
  ['garden table', KIND.item, 0, 'item'],
  ['garden [new] lamp', KIND.item, 0, 'item'],
  ['TEA TOWEL', KIND.item, 0, 'item'],
  ['candle', KIND.item, 0, 'item'],
  ['picture frame', KIND.item, 0, 'item'],
  ['lantern', KIND.item, 0, 'item'],
  ['region: north', KIND.attribute, 5, 'region'],
  ['region: south', KIND.attribute, 5, 'region'],
  ['member: yes', KIND.attribute, 5, 'member'],
  ['member: no', KIND.attribute, 5, 'member'],
  ['low age (20 to 40)', KIND.bin, 5, 'age'],
  ['high age (41 to 80)', KIND.bin, 5, 'age'],
  ['high purchases (3 to 9)', KIND.aggregate, 0, 'purchases'],
];
const FIRST_WORKSPACE_NUMBER = 100;

/** Customers with some of seven items, a region, a membership, an age and a summary; every event with a date. */
export function handMade(width: number): Population {
  const start = [0];
  const events: { string: number; value: number; recency: number; n: number }[] = [];
  for (let i = 0; i < CUSTOMERS; i++) {
    const percentile = (i + 0.5) / CUSTOMERS;
    for (let item = 0; item < 7; item++)
      if ((i * 7 + item * 5 + ((i * item) % 11)) % 5 < 2)
        events.push({ string: item, value: (((i + item) % 10) + 0.5) / 10, recency: ((i * 13 + item * 31) % 100) / 100, n: 1 + (i % 3) }); // prettier-ignore
    for (const string of [i % 3 ? 7 : 8, i % 4 ? 9 : 10, percentile < 0.5 ? 11 : 12, 13])
      events.push({ string, value: string >= 11 ? percentile : NaN, recency: NaN, n: 1 });
    start.push(events.length);
  }
  return {
    events: {
      customers: CUSTOMERS,
      start: Uint32Array.from(start),
      string: Uint32Array.from(events, ({ string }) => string),
      n: Uint32Array.from(events, ({ n }) => n),
      value: Float32Array.from(events, ({ value }) => value),
      recency: Float32Array.from(events, ({ recency }) => recency),
    },
    strings: Int32Array.from(STRINGS, (_, at) => FIRST_WORKSPACE_NUMBER + 3 * at),
    facts: {
      count: STRINGS.length,
      kind: Uint8Array.from(STRINGS, ([, kind]) => kind),
      source: Uint8Array.from(STRINGS, ([, , source]) => source),
    },
    text: STRINGS.map(([text]) => text),
    column: STRINGS.map(([, , , column]) => column),
    embedding: Float32Array.from(
      { length: STRINGS.length * width },
      (_, at) => Math.sin(at * 12.9898) / Math.sqrt(width / 2),
    ),
  };
}
