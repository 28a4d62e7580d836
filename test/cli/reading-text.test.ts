import { describe, expect, it } from 'vitest';
import { readingLines } from '../../electron/cli/reading-text.js';

const understanding = {
  wanted: ['candles'],
  unwanted: ['lunch bags'],
  direction: 'present' as const,
  directions: {},
  answer: 'candles',
};

describe('how an instruction was read', () => {
  it('names what comes nearest, and what could make it better', () => {
    const nearest = ['item: candle', 'item: tea light', 'item: lamp'].map((text) => ({
      text,
      customers: 7,
      cosine: 0.8,
    }));
    const phrases = [
      { phrase: 'candles', isWanted: true, doubt: null, nearest },
      { phrase: 'lunch bags', isWanted: false, doubt: null, nearest: [] },
    ];
    expect(readingLines({ understanding, phrases, hints: ['guessed', 'negation-read'] })).toEqual([
      'nearest to "candles": item: candle (7 customers); item: tea light (7 customers)',
      expect.stringMatching(/^hint: the data hold profiles alone/),
    ]);
  });

  it('names the phrases that a hint is about', () => {
    const phrases = ['spaceships', 'candles', 'rockets'].map((phrase) => ({
      phrase,
      isWanted: true,
      doubt: phrase === 'candles' ? null : ('absent' as const),
      nearest: [],
    }));
    expect(readingLines({ understanding, phrases, hints: ['absent'] })).toEqual([
      expect.stringMatching(/^hint: "spaceships", "rockets": nothing in the data is called so/),
    ]);
  });
});
