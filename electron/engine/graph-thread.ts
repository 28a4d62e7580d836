import { parentPort } from 'node:worker_threads';
import { AppError } from '../services/errors.js';
import { Session, type Feeds, type Outputs, type Provider } from './session.js';

/** What the thread is asked: to load a graph, whose number is answered, or to run one. */
export type GraphRequest = { file: string; provider: Provider } | { graph: number; feeds: Feeds };

/** What it answers; an AppError arrives in its parts, because a thread's errors lose their class. */
export type GraphAnswer =
  | { value: number | Outputs }
  | { failure: Pick<AppError, 'code' | 'message' | 'remedy' | 'place'> }
  | { unforeseen: unknown };

/** Loads and runs graphs in a thread of `GraphThread`. */
const port = parentPort!;
const graphs: Session[] = [];

port.on('message', ({ id, request }: { id: number; request: GraphRequest }) => {
  void answer(request).then((said) => port.postMessage({ id, ...said }, buffersOf(said)));
});

async function answer(request: GraphRequest): Promise<GraphAnswer> {
  try {
    if ('file' in request) return { value: graphs.push(await Session.load(request.file, request.provider)) - 1 };
    return { value: owned(await graphs[request.graph]!.run(request.feeds)) };
  } catch (error) {
    if (!(error instanceof AppError)) return { unforeseen: error };
    const { code, message, remedy, place } = error;
    return { failure: { code, message, remedy, place } };
  }
}

/** Copies that can be handed over: the runtime's own memory cannot. */
function owned(outputs: Outputs): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data, shape }]) => [name, { data: data.slice(), shape: [...shape] }]),
  );
}

function buffersOf(said: GraphAnswer): ArrayBuffer[] {
  if (!('value' in said) || typeof said.value === 'number') return [];
  return Object.values(said.value).map(({ data }) => data.buffer as ArrayBuffer);
}
