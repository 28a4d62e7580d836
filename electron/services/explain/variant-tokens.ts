import type { Engine } from '../../engine/engine.js';
import type { EventBlock } from '../index/event-block.js';
import { packHalves, unpackHalves } from '../index/half.js';
import { embeddingsOf, type StringFacts } from '../index/string-store.js';
import { chooseEvents, TokenBatcher } from '../index/token-batch.js';
import type { Workspace } from '../workspace/workspace.js';
import { variantsOf, type Positions } from './variants.js';

/** Variants of one run of the user-tokens graph. */
const RUN_BATCH = 128;

/** Makes the user tokens of a customer's variants as the index would hold them. */
export class VariantTokens {
  private constructor(
    private readonly engine: Engine,
    /** The customer, its strings numbered 0.. in the order of its events. */
    private readonly own: EventBlock,
    private readonly batcher: TokenBatcher,
    /** The events that the source encoders read of the whole customer. */
    private readonly read: ReadonlySet<number>,
  ) {}

  /** Reads the embeddings of the strings of the block's customer `at`. */
  static async of(
    workspace: Workspace,
    engine: Engine,
    block: EventBlock,
    at: number,
    facts: StringFacts,
  ): Promise<VariantTokens> {
    const own = variantsOf(block, at, [[]]);
    const strings = own.string;
    const { maxEvents, tokenWidth } = engine.model.shape;
    const source = Uint8Array.from(strings, (string) => facts.source[string]!);
    const kind = Uint8Array.from(strings, (string) => facts.kind[string]!);
    const rows =
      strings.length > 0
        ? await engine.stringTable(await embeddingsOf(workspace, engine, strings), source)
        : new Float32Array(0);
    // A customer's events come in the order of their strings, so numbering them anew keeps how ties are broken.
    own.string = Uint32Array.from(strings.keys());
    const ownFacts = { count: strings.length, kind, source };
    const batcher = new TokenBatcher({ rows, width: tokenWidth }, ownFacts, maxEvents);
    return new VariantTokens(engine, own, batcher, new Set(chooseEvents(own, 0, maxEvents, ownFacts)));
  }

  /** User tokens of the variants, [variants, userTokens × tokenWidth], rounded as the index rounds them. */
  async without(leftOut: readonly Positions[]): Promise<Float32Array> {
    const { userTokens, tokenWidth } = this.engine.model.shape;
    const size = userTokens * tokenWidth;
    // What the source encoders do not read changes no token.
    const changed = leftOut.flatMap((positions, at) => (positions.some((event) => this.read.has(event)) ? [at] : []));
    const [whole = new Float32Array(size)] = changed.length < leftOut.length ? await this.encode([[]]) : [];
    const result = new Float32Array(leftOut.length * size);
    leftOut.forEach((_, at) => result.set(whole, at * size));
    const encoded = await this.encode(changed.map((at) => leftOut[at]!));
    encoded.forEach((tokens, row) => result.set(tokens, changed[row]! * size));
    return result;
  }

  private async encode(leftOut: readonly Positions[]): Promise<Float32Array[]> {
    const { userTokens, tokenWidth } = this.engine.model.shape;
    const size = userTokens * tokenWidth;
    const result: Float32Array[] = [];
    for (let from = 0; from < leftOut.length; from += RUN_BATCH) {
      const block = variantsOf(this.own, 0, leftOut.slice(from, from + RUN_BATCH));
      const chosen = Array.from({ length: block.customers }, (_, at) => at);
      const tokens = await this.engine.userTokens(this.batcher.batch(block, chosen));
      const rounded = new Float32Array(tokens.length);
      unpackHalves(packHalves(tokens), rounded, 0);
      for (const at of chosen) result.push(rounded.subarray(at * size, (at + 1) * size));
    }
    return result;
  }
}
