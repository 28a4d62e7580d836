import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError } from '../services/errors.js';
import type { GraphAnswer, GraphRequest, LoadedGraph } from './graph-thread.js';
import type { Host } from './host.js';
import type { Feed, Feeds, Graph, Outputs, Provider } from './session.js';
import type { LanguageTokens, Template } from './tokenizer.js';

/**
 * Does the model's work in a thread of its own. The runtime holds up the thread that runs a graph until it is done; with
 * this one the window goes on answering however long a graph takes, or reading a tokenizer.
 */
export class GraphThread implements Host {
  private readonly thread = startThread();
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: unknown) => void }>();
  private asked = 0;

  constructor() {
    this.thread.on('message', ({ id, ...said }: { id: number } & GraphAnswer) => {
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if ('value' in said) waiter?.resolve(said.value as never);
      else waiter?.reject('failure' in said ? failureOf(said.failure) : said.unforeseen);
    });
    this.thread.on('error', (error) => this.fail(error));
    this.thread.on('exit', () => this.fail(new Error('The thread of the graphs has ended')));
    // Nobody waits for it when the program is done.
    this.thread.unref();
  }

  /** @throws AppError graph-unloadable */
  async load(file: string, provider: Provider): Promise<Graph> {
    const { graph, inputs } = await this.ask<LoadedGraph>({ file, provider });
    return {
      inputs,
      run: (feeds) => {
        const copied = copies(feeds);
        const buffers = Object.values(copied).map(({ data }) => data.buffer as ArrayBuffer);
        return this.ask<Outputs>({ graph, feeds: copied }, buffers);
      },
      release: () => this.ask<undefined>({ release: graph }),
    };
  }

  textTokens(file: string, texts: readonly string[]): Promise<number[][]> {
    return this.ask({ file, texts });
  }

  languageTokens(file: string, template: Template, words: readonly string[]): Promise<LanguageTokens> {
    return this.ask({ file, template, words });
  }

  async end(): Promise<void> {
    await this.thread.terminate();
  }

  private ask<Value>(request: GraphRequest, transfer: ArrayBuffer[] = []): Promise<Value> {
    const id = this.asked++;
    return new Promise<Value>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.thread.ref();
      this.thread.postMessage({ id, request }, transfer);
    }).finally(() => this.waiting.size === 0 && this.thread.unref());
  }

  private fail(error: unknown): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function failureOf({ code, message, remedy, place }: Pick<AppError, 'code' | 'message' | 'remedy' | 'place'>) {
  return new AppError(code, message, remedy, place);
}

/** Exact copies to hand over: the caller keeps its arrays, and parts of larger arrays do not take these along. */
function copies(feeds: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [name, { ...feed, data: feed.data.slice() } as Feed]),
  );
}

/** In the built app the thread runs the bundle that build/bundle.mjs makes of graph-thread.ts, else the source itself. */
function startThread(): Worker {
  const require = createRequire(import.meta.url);
  if (import.meta.url.endsWith('.ts')) {
    const tsx = pathToFileURL(require.resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')).href;
    const source = new URL('graph-thread.ts', import.meta.url).href;
    return new Worker(`import('${tsx}').then(({ register }) => (register(), import('${source}')))`, { eval: true });
  }
  // The text and not its path, and the unpacked runtime: a thread does not see into the packed archive of an installed app.
  const from = require.resolve('onnxruntime-node').replace(/\.asar(?=[\\/])/, '.asar.unpacked');
  const source = readFileSync(new URL('graph-thread.cjs', import.meta.url), 'utf8');
  return new Worker(source, { eval: true, workerData: { from } });
}
