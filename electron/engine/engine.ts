import { chooseDevice, PROVIDERS, type DeviceChoice, type DeviceReport } from './devices.js';
import { GraphThread } from './graphs-apart.js';
import { OwnThread, type Host } from './host.js';
import { LearnedPath, readWeights, type Learned } from './learned.js';
import { modelFile, readModel, type Model, type ModelFile } from './model.js';
import { floats, integers, type Feed, type Feeds, type Graph, type Outputs } from './session.js';
import type { LanguageTokens, Template } from './tokenizer.js';

/** Texts of one run of the text encoder; the ones of a run have about the same length. */
const TEXT_BATCH = 32;

/** What runs a few times per instruction is not worth an accelerator's start-up. */
const ON_CPU: ReadonlySet<ModelFile> = new Set(['language.onnx', 'answer.onnx', 'reader.onnx', 'evidence.onnx']);

/** What the language model read of one text. T tokens; sizes as in docs/rank.md. */
export interface LanguageReading {
  tokens: LanguageTokens;
  /** Lower hidden states, [T, hidden]. */
  hidden: Feed;
}

/** What an instruction says: the role of each of its tokens, and where it leads. */
export interface InstructionReading {
  /** Logits other / wanted / unwanted per token, [T, 3]. */
  roles: Float32Array;
  /** Logits of the model's directions, [D]. */
  direction: Float32Array;
}

/** The model on a device: each graph is loaded when it is first needed, and once. */
export class Engine {
  private path: LearnedPath | undefined;

  private constructor(
    readonly model: Model,
    readonly devices: DeviceReport,
    private readonly host: Host,
    private weights?: Float32Array,
    private readonly sessions = new Map<ModelFile, Promise<Graph>>(),
  ) {}

  /**
   * @param folder the model folder
   * @param apart whether the model works in a thread of its own, so that the caller's thread goes on meanwhile
   * @throws AppError as readModel and chooseDevice do
   */
  static async load(folder: string, device: DeviceChoice = 'auto', apart = false): Promise<Engine> {
    const model = await readModel(folder);
    const host = apart ? new GraphThread() : new OwnThread();
    try {
      return new Engine(model, await chooseDevice(device, model, host), host);
    } catch (error) {
      await host.end();
      throw error;
    }
  }

  /** L2-normalised embeddings of the texts, [texts, textWidth]. */
  async embedTexts(texts: readonly string[]): Promise<Float32Array> {
    const tokens = await this.host.textTokens(modelFile(this.model, 'text-tokenizer.json'), texts);
    const order = tokens.map((_, at) => at).sort((a, b) => tokens[a]!.length - tokens[b]!.length || a - b);
    const width = this.model.shape.textWidth;
    const result = new Float32Array(texts.length * width);
    const session = await this.session('text-encoder.onnx');
    for (let from = 0; from < order.length; from += TEXT_BATCH) {
      const chosen = order.slice(from, from + TEXT_BATCH);
      const { embedding } = await session.run(padded(chosen.map((at) => tokens[at]!)));
      chosen.forEach((at, row) => result.set(embedding!.data.subarray(row * width, (row + 1) * width), at * width));
    }
    return result;
  }

  /** The learned path with this engine's weights. */
  get learned(): LearnedPath {
    return (this.path ??= new LearnedPath((name) => this.session(name), this.model.shape, this.learnedWeights()));
  }

  /** The flat weights of the learned path, [P]: a fit's, or those that ship. */
  learnedWeights(): Float32Array {
    return (this.weights ??= readWeights(modelFile(this.model, 'learned.bin')));
  }

  /**
   * The same model with the learned path of a fit. It shares the loaded graphs; its model's hash and gate are the fit's.
   * @param hash SHA-256 of what was fitted
   */
  fitted({ weights, gate, namedGate }: Learned, hash: string): Engine {
    return new Engine({ ...this.model, gate, namedGate, hash }, this.devices, this.host, weights, this.sessions);
  }

  /** The same model with graphs of its own in a thread of their own, for long work; the caller releases it. */
  apart(): Engine {
    return new Engine(this.model, this.devices, new GraphThread(), this.weights);
  }

  /** One step of a fit; see fit-step.ts. */
  async fitStep(feeds: Feeds): Promise<Outputs> {
    return (await this.session('fit-step.onnx')).run(feeds);
  }

  /** Reads an instruction, given as its words. */
  readInstruction(words: readonly string[]): Promise<LanguageReading> {
    return this.readLanguage('instruction', words);
  }

  /**
   * Roles and direction of an instruction that the language model has read.
   * @param embedding text embedding of the whole instruction, [textWidth]
   */
  async readRoles(reading: LanguageReading, embedding: Float32Array): Promise<InstructionReading> {
    const session = await this.session('reader.onnx');
    const { roles, direction } = await session.run({
      hidden: reading.hidden,
      embedding: floats(embedding, embedding.length),
    });
    return { roles: roles!.data, direction: direction!.data };
  }

  /** Reads an answer, given as its words. */
  readAnswer(words: readonly string[]): Promise<LanguageReading> {
    return this.readLanguage('answer', words);
  }

  /** Evidence of N customers: standardised features [N, F], context of the instruction [C + D] → [N]. */
  async evidence(features: Float32Array, context: Float32Array): Promise<Float32Array> {
    const count = this.model.features.length;
    const session = await this.session('evidence.onnx');
    const { evidence } = await session.run({
      features: floats(features, features.length / count, count),
      context: floats(context, context.length),
    });
    return evidence!.data;
  }

  /** Frees all graphs. */
  async release(): Promise<void> {
    const loaded = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of loaded) await (await session).release();
    await this.host.end();
  }

  private async readLanguage(template: Template, words: readonly string[]): Promise<LanguageReading> {
    const tokens = await this.host.languageTokens(modelFile(this.model, 'language-tokenizer.json'), template, words);
    const session = await this.session('language.onnx');
    const ids = BigInt64Array.from(tokens.ids, BigInt);
    const { hidden } = await session.run({ ids: integers(ids, 1, ids.length) });
    return { tokens, hidden: floats(hidden!.data, ...hidden!.shape) };
  }

  private session(name: ModelFile): Promise<Graph> {
    const known = this.sessions.get(name);
    if (known) return known;
    const device = ON_CPU.has(name) ? 'cpu' : this.devices.device;
    const loading = this.host.load(modelFile(this.model, name), PROVIDERS[device]);
    this.sessions.set(name, loading);
    // A failure must not stick: the next call tries again.
    loading.catch(() => this.sessions.delete(name));
    return loading;
  }
}

/** Feeds of the text encoder for token lists of about the same length. */
function padded(tokens: readonly number[][]): { input_ids: Feed; attention_mask: Feed } {
  const width = Math.max(...tokens.map((ids) => ids.length));
  const ids = new BigInt64Array(tokens.length * width);
  const mask = new BigInt64Array(tokens.length * width);
  tokens.forEach((row, at) => {
    row.forEach((id, place) => {
      ids[at * width + place] = BigInt(id);
      mask[at * width + place] = 1n;
    });
  });
  return { input_ids: integers(ids, tokens.length, width), attention_mask: integers(mask, tokens.length, width) };
}
