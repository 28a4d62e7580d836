import { describe, expect, it } from 'vitest';
import { phrasesOf, saidBeforeNegation, withNegations } from '../../../electron/services/rank/phrases.js';

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

describe('what a negation reaches', () => {
  /** Unwanted phrases of a text in which the reader wants the words in [brackets]. */
  const unwanted = (text: string): string[] => {
    const words = text.split(' ');
    const roles = words.map((word) => Number(word.startsWith('[')));
    const bare = words.map((word) => word.replace(/[[\]]/g, ''));
    return phrasesOf(bare, withNegations(bare, roles), 2);
  };

  it.each([
    ['people who did not watch [television] or [movies]', ['television', 'movies']],
    ['players who own [Terraria] but neither [Dota] nor [Unturned]', ['Dota', 'Unturned']],
    ['people who shop for things other than [food]', ['food']],
    ['customers without [children] at home who buy [wine]', ['children']],
    ['people who did not [work] and read for [pleasure]', ['work']],
    ['people who never bought [tea] but bought [coffee]', ['tea']],
  ])('is told in "%s"', (text, phrases) => expect(unwanted(text)).toEqual(phrases));

  it('is all of it where the reader marked nothing there', () => {
    expect(unwanted('customers who never order from the catalogue')).toEqual(['order from the catalogue']);
    expect(unwanted('people who cleaned the house but did no laundry')).toEqual(['laundry']);
  });

  it('is nothing where it only says how much', () => {
    expect(unwanted('customers with no more than [two] children')).toEqual([]);
    expect(unwanted('people who not only read [novels]')).toEqual([]);
  });

  it('leaves what was said before it', () => {
    const before = (text: string): string | undefined => saidBeforeNegation(text.split(' '));
    expect(before('people who cleaned the house but did no laundry')).toBe('people who cleaned the house');
    expect(before('people who shop for things other than food')).toBe('people who shop for things');
    expect(before('people who did not watch television and went out')).toBeUndefined();
    expect(before('people who read and write')).toBeUndefined();
  });
});
