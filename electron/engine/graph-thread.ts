import { parentPort } from 'node:worker_threads';
import { AppError } from '../services/errors.js';
import { Session, type Feeds, type InputShapes, type Outputs, type Provider } from './session.js';
import { Tokenizers, type LanguageTokens, type Template } from './tokenizer.js';

/** What the thread is asked: to load a graph, to run or release one, or to split texts into tokens. */
export type GraphRequest =
  | { file: string; provider: Provider }
  | { graph: number; feeds: Feeds }
  | { release: number }
  | { file: string; texts: readonly string[] }
  | { file: string; template: Template; words: readonly string[] };

/** A loaded graph is named by its number from then on. */
export interface LoadedGraph {
  graph: number;
  inputs: InputShapes;
}

type Value = LoadedGraph | Outputs | number[][] | LanguageTokens | undefined;

/** What it answers; an AppError arrives in its parts, because a thread's errors lose their class. */
export type GraphAnswer =
  | { value: Value; transfer: ArrayBuffer[] }
  | { failure: Pick<AppError, 'code' | 'message' | 'remedy' | 'place'> }
  | { unforeseen: unknown };

/** Loads and runs graphs in a thread of `GraphThread`. */
const port = parentPort!;
const graphs: Session[] = [];
const tokenizers = new Tokenizers();

port.on('message', ({ id, request }: { id: number; request: GraphRequest }) => {
  void answer(request).then((said) => {
    if (!('transfer' in said)) return port.postMessage({ id, ...said });
    port.postMessage({ id, value: said.value }, said.transfer);
  });
});

async function answer(request: GraphRequest): Promise<GraphAnswer> {
  try {
    if ('graph' in request) return handedOver(await graphs[request.graph]!.run(request.feeds));
    return { value: await prepare(request), transfer: [] };
  } catch (error) {
    if (!(error instanceof AppError)) return { unforeseen: error };
    const { code, message, remedy, place } = error;
    return { failure: { code, message, remedy, place } };
  }
}

async function prepare(request: Exclude<GraphRequest, { graph: number }>): Promise<Value> {
  if ('release' in request) return graphs[request.release]!.release().then(() => undefined);
  if ('texts' in request) return tokenizers.text(request.file, request.texts);
  if ('words' in request) return tokenizers.language(request.file, request.template, request.words);
  const session = await Session.load(request.file, request.provider);
  return { graph: graphs.push(session) - 1, inputs: session.inputs };
}

/** Copies whose memory goes to the caller: the runtime's own cannot. */
function handedOver(outputs: Outputs): { value: Outputs; transfer: ArrayBuffer[] } {
  const value = Object.fromEntries(
    Object.entries(outputs).map(([name, { data, shape }]) => [name, { data: data.slice(), shape: [...shape] }]),
  );
  return { value, transfer: Object.values(value).map(({ data }) => data.buffer) };
}
