import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { AppError } from '../services/errors.js';

/** Tokens of a text that the text encoder reads; longer texts are cut. */
const TEXT_TOKENS = 64;
/** Ids at which the language model is read: the customer's readout token and the end of an answer. */
const USER_TOKEN = 1;
const END_TOKEN = 2;
const TEMPLATES = { instruction: ['Instruction:', USER_TOKEN], answer: ['Answer:', END_TOKEN] } as const;

/** Tokenizer of the text encoder: ids with their [CLS] and [SEP], at most 64. */
export class TextTokenizer {
  private readonly tokenizer: Tokenizer;

  constructor(file: string) {
    this.tokenizer = load(file);
  }

  encode(text: string): number[] {
    const { ids } = this.tokenizer.encode(text);
    return ids.length <= TEXT_TOKENS ? ids : [...ids.slice(0, TEXT_TOKENS - 1), ids.at(-1)!];
  }
}

/** Token ids of a text for the language model. Token i of the words belongs to word `word[i]`, -1 for the template's own. */
export interface LanguageTokens {
  ids: number[];
  word: number[];
}

/** "Instruction: w1 w2 …" and the readout token, or "Answer: w1 w2 …" and the end token. */
export type Template = 'instruction' | 'answer';

/** Tokenizer of the language model, with the templates that the model was trained on. */
export class LanguageTokenizer {
  private readonly tokenizer: Tokenizer;

  constructor(file: string) {
    this.tokenizer = load(file);
  }

  encode(template: Template, words: readonly string[]): LanguageTokens {
    const [prompt, last] = TEMPLATES[template];
    const ids = this.ids(prompt);
    const word = ids.map(() => -1);
    words.forEach((text, index) => {
      for (const id of this.ids(` ${text}`)) {
        ids.push(id);
        word.push(index);
      }
    });
    return { ids: [...ids, last], word: [...word, -1] };
  }

  private ids(text: string): number[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
}

/** The tokenizers of a model, each read from its file when it is first needed. */
export class Tokenizers {
  private texts: TextTokenizer | undefined;
  private languages: LanguageTokenizer | undefined;

  text(file: string, texts: readonly string[]): number[][] {
    const tokenizer = (this.texts ??= new TextTokenizer(file));
    return texts.map((text) => tokenizer.encode(text));
  }

  language(file: string, template: Template, words: readonly string[]): LanguageTokens {
    return (this.languages ??= new LanguageTokenizer(file)).encode(template, words);
  }
}

function load(file: string): Tokenizer {
  try {
    return new Tokenizer(JSON.parse(readFileSync(file, 'utf8')) as object, {});
  } catch {
    throw new AppError(
      'model-invalid',
      'The tokenizer cannot be read',
      'restore the models folder that came with this version',
      { file },
    );
  }
}
