import { describe, expect, it } from 'vitest';
import { phrasesOf } from '../../../electron/services/rank/phrases.js';

describe('phrases of an instruction', () => {
  const words = 'customers who buy garden chairs, but not cake tins. or lamps'.split(' ');
  const roles = [0, 0, 0, 1, 1, 0, 0, 2, 2, 0, 1];

  it('are runs of words of one role without punctuation at their ends', () => {
    expect(phrasesOf(words, roles, 1)).toEqual(['garden chairs', 'lamps']);
    expect(phrasesOf(words, roles, 2)).toEqual(['cake tins']);
  });

  it('are only unwanted where a word negates', () => {
    expect(phrasesOf(['buys', 'red', 'shoes'], [0, 2, 1], 2)).toEqual([]);
    expect(phrasesOf(['buys', 'red', 'shoes'], [0, 2, 1], 1)).toEqual(['red shoes']);
  });

  it('lose the function words at their ends', () => {
    expect(phrasesOf(['the', 'Office', 'of', 'tea', 'and'], [1, 1, 1, 1, 1], 1)).toEqual(['Office of tea']);
  });

  it('come once each, and not at all when nothing is left of them', () => {
    expect(phrasesOf(['tea', 'or', 'tea', 'or', '...'], [1, 0, 1, 0, 1], 1)).toEqual(['tea']);
  });
});
