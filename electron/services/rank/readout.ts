import type { Engine } from '../../engine/engine.js';
import type { Asked, TokenBatch } from '../../engine/learned.js';
import { floats } from '../../engine/session.js';
import type { EventBlock } from '../index/event-block.js';
import { makeStringTable, type StringFacts } from '../index/string-store.js';
import { TokenBatcher } from '../index/token-batch.js';
import type { Workspace } from '../workspace/workspace.js';
import type { ReadQuestion } from './question.js';
import { meanRow } from './similarity.js';

/** Customers of one run of the readout: few enough that its work stays in the processor's caches. */
const RUN_BATCH = 128;

/** Reads customers at the readout token of one instruction. */
export class Readout {
  constructor(
    private readonly engine: Engine,
    readonly asked: Asked,
    private readonly batcher: TokenBatcher,
  ) {}

  /** Makes the string table of the engine's learned path; a fit has its own. */
  static async of(
    workspace: Workspace,
    engine: Engine,
    { instruction, wanted, unwanted }: ReadQuestion,
    facts: StringFacts,
  ): Promise<Readout> {
    const { textWidth, maxEvents } = engine.model.shape;
    const table = await makeStringTable(workspace, engine, facts);
    const asked = {
      hidden: instruction.hidden,
      wanted: meanRow(wanted, textWidth),
      unwanted: meanRow(unwanted, textWidth),
    };
    return new Readout(engine, asked, new TokenBatcher(table, facts, maxEvents));
  }

  /** The same with a soft prompt, [rows, hidden], before the readout token. */
  withPrompt(prompt: Float32Array): Readout {
    const { data, shape } = this.asked.hidden;
    const [length = 0, width = 0] = shape;
    const words = data.subarray(0, (length - 1) * width) as Float32Array;
    const last = data.subarray((length - 1) * width) as Float32Array;
    const rows = new Float32Array(data.length + prompt.length);
    rows.set(words);
    rows.set(prompt, words.length);
    rows.set(last, words.length + prompt.length);
    return new Readout(this.engine, { ...this.asked, hidden: floats(rows, rows.length / width, width) }, this.batcher);
  }

  /** Feeds of some of the block's customers. */
  batch(events: EventBlock, customers: readonly number[]): TokenBatch {
    return this.batcher.batch(events, customers);
  }

  /**
   * Learned parts of the user embeddings of the block's customers, or of some of them, in their order: unit vectors
   * [customers, embeddingWidth - 2].
   */
  async embed(
    events: EventBlock,
    customers: readonly number[] = Array.from({ length: events.customers }, (_, at) => at),
  ): Promise<Float32Array> {
    const width = this.engine.model.shape.embeddingWidth - 2;
    const learned = new Float32Array(customers.length * width);
    // Customers with about as many events run together, so that little is padded.
    const size = (place: number): number => events.start[customers[place]! + 1]! - events.start[customers[place]!]!;
    const order = customers.map((_, place) => place).sort((a, b) => size(a) - size(b) || a - b);
    for (let from = 0; from < order.length; from += RUN_BATCH) {
      const chosen = order.slice(from, from + RUN_BATCH);
      const batch = this.batch(
        events,
        chosen.map((place) => customers[place]!),
      );
      const some = await this.engine.learned.readout(this.asked, batch);
      chosen.forEach((place, row) => learned.set(some.subarray(row * width, (row + 1) * width), place * width));
    }
    return learned;
  }
}
