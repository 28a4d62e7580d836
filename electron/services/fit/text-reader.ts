import type { Engine, LanguageReading } from '../../engine/engine.js';

/** Lower hidden states of a text, [length, hidden width]. */
export interface HiddenStates {
  hidden: Float32Array;
  length: number;
}

/** Reads and embeds texts, each different one once. */
export class TextReader {
  private readonly states = new Map<string, HiddenStates>();
  private readonly embeddings = new Map<string, Float32Array>();

  constructor(private readonly engine: Engine) {}

  /** Hidden states of "Instruction: … <USER>". */
  instruction(words: readonly string[]): Promise<HiddenStates> {
    return this.read(`Instruction: ${words.join(' ')}`, () => this.engine.readInstruction(words));
  }

  /** Hidden states of "Answer: … <END>". */
  answer(words: readonly string[]): Promise<HiddenStates> {
    return this.read(`Answer: ${words.join(' ')}`, () => this.engine.readAnswer(words));
  }

  /** Embeddings of the texts, [textWidth] each. */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const unknown = [...new Set(texts)].filter((text) => !this.embeddings.has(text));
    if (unknown.length > 0) {
      const embedded = await this.engine.embedTexts(unknown);
      const width = embedded.length / unknown.length;
      unknown.forEach((text, at) => this.embeddings.set(text, embedded.slice(at * width, (at + 1) * width)));
    }
    return texts.map((text) => this.embeddings.get(text)!);
  }

  private async read(key: string, reading: () => Promise<LanguageReading>): Promise<HiddenStates> {
    const known = this.states.get(key);
    if (known) return known;
    const { hidden, tokens } = await reading();
    const states = { hidden: Float32Array.from(hidden.data as Float32Array), length: tokens.ids.length };
    this.states.set(key, states);
    return states;
  }
}
