import { basename } from 'node:path';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../services/errors.js';

// Failures become AppErrors; the runtime would write its own words on the terminal too. Read when it starts.
env.logLevel = 'fatal';

/** A dense array as graphs take and give it; `shape` multiplies to the length of `data`. */
export type Feed =
  | { type: 'float32'; data: Float32Array; shape: readonly number[] }
  | { type: 'int64'; data: BigInt64Array; shape: readonly number[] };

export type Feeds = Readonly<Record<string, Feed>>;

/** What a graph gave, by output name. */
export type Outputs = Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>;

/** The runtime's own names of devices. */
export type Provider = 'cpu' | 'webgpu' | 'dml' | 'coreml' | 'cuda';

export function floats(data: Float32Array, ...shape: number[]): Feed {
  return { type: 'float32', data, shape };
}

export function integers(data: BigInt64Array, ...shape: number[]): Feed {
  return { type: 'int64', data, shape };
}

/** Shapes of a graph's inputs by name; words stand for sizes that may vary. */
export type InputShapes = Readonly<Record<string, readonly (number | string)[]>>;

/** A loaded graph, in whichever thread. */
export interface Graph {
  readonly inputs: InputShapes;
  /** @throws AppError graph-feeds, graph-failed */
  run(feeds: Feeds): Promise<Outputs>;
  release(): Promise<void>;
}

/** One graph, loaded once. Feeds are checked before a run; errors carry names and shapes, never data. */
export class Session implements Graph {
  private constructor(
    readonly name: string,
    private readonly session: InferenceSession,
  ) {}

  /**
   * @param threads threads of one run. More than two slow a laptop's other work more than they help.
   * @throws AppError graph-unloadable
   */
  static async load(file: string, provider: Provider = 'cpu', threads = 2): Promise<Session> {
    const name = basename(file);
    try {
      const session = await InferenceSession.create(file, {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        // Batches differ in shape, and a remembered memory plan for each of them would only grow.
        enableMemPattern: false,
        logSeverityLevel: 3,
        // A thread that spins while it waits takes the core from whatever else the machine does: a third more work per
        // core was measured without it on a busy machine.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return new Session(name, session);
    } catch (error) {
      throw new AppError(
        'graph-unloadable',
        `The graph ${name} does not load on ${provider}: ${firstLine(error)}`,
        'choose another device, or restore the models folder',
        { file },
      );
    }
  }

  /** @throws AppError graph-feeds when names, types or shapes do not fit; graph-failed when the run fails. */
  async run(feeds: Feeds): Promise<Outputs> {
    this.check(feeds);
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, new Tensor(feed.type, feed.data as Float32Array, feed.shape)]),
    );
    try {
      const results = await this.session.run(tensors);
      return Object.fromEntries(
        Object.entries(results).map(([name, result]) => [
          name,
          { data: result.data as Float32Array, shape: result.dims },
        ]),
      );
    } catch (error) {
      throw new AppError(
        'graph-failed',
        `The graph ${this.name} failed on ${describe(feeds)}: ${firstLine(error)}`,
        'try the device cpu; if it fails there too, report it',
      );
    }
  }

  get inputs(): InputShapes {
    return Object.fromEntries(
      this.session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []]),
    );
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private check(feeds: Feeds): void {
    const expected = this.session.inputMetadata;
    const problems: string[] = [];
    for (const input of expected) {
      const feed = feeds[input.name];
      if (!feed) problems.push(`${input.name} is missing`);
      else if (input.isTensor) problems.push(...mismatches(input.name, feed, input.type, input.shape));
    }
    const known = new Set(expected.map((input) => input.name));
    problems.push(
      ...Object.keys(feeds)
        .filter((name) => !known.has(name))
        .map((name) => `${name} is not an input`),
    );
    if (problems.length === 0) return;
    throw new AppError(
      'graph-feeds',
      `The graph ${this.name} cannot take ${describe(feeds)}: ${problems.join('; ')}`,
      'restore the models folder that came with this version',
    );
  }
}

function mismatches(name: string, feed: Feed, type: string, shape: readonly (number | string)[]): string[] {
  const wanted = `${name} must be ${type} [${shape.join(', ')}]`;
  const fits =
    feed.shape.length === shape.length &&
    shape.every((size, axis) => typeof size === 'string' || size === feed.shape[axis]);
  if (feed.type !== type || !fits) return [wanted];
  const length = feed.shape.reduce((product, size) => product * size, 1);
  return feed.data.length === length ? [] : [`${name} has ${feed.data.length} entries for a shape of ${length}`];
}

function describe(feeds: Feeds): string {
  return Object.entries(feeds)
    .map(([name, feed]) => `${name} ${feed.type} [${feed.shape.join(', ')}]`)
    .join(', ');
}

/** What failed, without the runtime's own source places. */
function firstLine(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
  return /Failed to .*/.exec(line)?.[0] ?? line;
}
