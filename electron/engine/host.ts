import { Session, type Graph, type Provider } from './session.js';
import { Tokenizers, type LanguageTokens, type Template } from './tokenizer.js';

/** Where the model's work is done: graphs are loaded and run, and texts are split into tokens. */
export interface Host {
  /** @throws AppError graph-unloadable */
  load(file: string, provider: Provider): Promise<Graph>;
  /** Ids of each text by the text encoder's tokenizer in `file`. @throws AppError model-invalid */
  textTokens(file: string, texts: readonly string[]): Promise<number[][]>;
  /** Words in a template, by the language model's tokenizer in `file`. @throws AppError model-invalid */
  languageTokens(file: string, template: Template, words: readonly string[]): Promise<LanguageTokens>;
  /** Frees what the host needed beside the graphs. */
  end(): Promise<void>;
}

/** The caller's own thread: nothing has to be handed over, and the caller waits. */
export class OwnThread implements Host {
  private readonly tokenizers = new Tokenizers();

  load(file: string, provider: Provider): Promise<Graph> {
    return Session.load(file, provider);
  }

  textTokens(file: string, texts: readonly string[]): Promise<number[][]> {
    return Promise.resolve(this.tokenizers.text(file, texts));
  }

  languageTokens(file: string, template: Template, words: readonly string[]): Promise<LanguageTokens> {
    return Promise.resolve(this.tokenizers.language(file, template, words));
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}
