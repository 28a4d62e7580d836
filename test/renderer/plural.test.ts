import { expect, it } from 'vitest';
import { count, text } from '../../renderer/text.js';

it('counts one of a thing as one', () => {
  expect(text.data.rows(count(1))).toBe('1 row');
  expect(text.data.rows(count(1500))).toBe('1,500 rows');
  expect(text.data.covers(count(1))).toBe('1 customer');
  expect(text.tune.unknown(count(1))).toBe('not found: 1 id');
  expect(text.tune.unknown(count(2))).toBe('not found: 2 ids');
  expect(text.tuneMore.ids.count(count(1))).toBe('1 id');
  expect(text.askMore.reading.owners(count(1))).toBe('1 customer has it');
  expect(text.askMore.reading.owners(count(0))).toBe('0 customers have it');
  expect(text.explain.of(count(1), count(1))).toBe('The strongest 1 of 1 event.');
  expect(text.audience.offers.sum(count(1), count(0))).toBe('1 customer gets an offer, 0 none.');
  expect(text.outcome.examples(count(1))).toBe('1 customer by whom one of these was tuned is not counted.');
});
