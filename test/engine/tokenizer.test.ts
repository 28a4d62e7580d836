import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LanguageTokenizer, TextTokenizer } from '../../electron/engine/tokenizer.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

describe('tokenizers', () => {
  const text = new TextTokenizer(join(TINY_MODEL, 'text-tokenizer.json'));
  const language = new LanguageTokenizer(join(TINY_MODEL, 'language-tokenizer.json'));

  it('cut long texts at 64 tokens and keep the last one', () => {
    const short = text.encode('garden chair');
    const long = text.encode('garden chair '.repeat(80));
    expect(long).toHaveLength(64);
    expect([long[0], long[63]]).toEqual([short[0], short.at(-1)]);
  });

  it('end an instruction with the readout token and an answer with the end token', () => {
    expect(language.encode('instruction', ['garden']).ids.at(-1)).toBe(1);
    expect(language.encode('answer', ['garden']).ids.at(-1)).toBe(2);
  });

  it('know the word of every token', () => {
    const { ids, word } = language.encode('instruction', ['customers', 'without', 'chairs', '2024']);
    expect(word).toHaveLength(ids.length);
    expect([word[0], word.at(-1)]).toEqual([-1, -1]);
    expect([...new Set(word.slice(0, -1))]).toEqual([-1, 0, 1, 2, 3]);
    expect(word.filter((at) => at === 3).length).toBeGreaterThanOrEqual(4);
  });
});
