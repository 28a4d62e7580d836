import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { readIndex } from '../index/read-index.js';
import { readEmbeddings } from '../index/string-store.js';
import { addCosines } from '../rank/similarity.js';
import type { Workspace } from '../workspace/workspace.js';

const BATCH = 4096;

/**
 * How near each customer's nearest string is to a phrase: the largest cosine, in the order of the customers' numbers;
 * NaN for customers without events. Needs an encoded workspace.
 * @throws AppError phrase-empty
 */
export async function phraseSimilarity(
  workspace: Workspace,
  engine: Engine,
  phrase: string,
  customers: number,
): Promise<Float32Array> {
  const words = phrase.trim();
  if (words === '') throw new AppError('phrase-empty', 'The phrase is empty', 'write what to look for');
  const { n: strings } = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM strings'))!;
  const cosine = new Float32Array(strings);
  const embedded = await engine.embedTexts([words]);
  for await (const { first, embedding } of readEmbeddings(workspace, engine, strings))
    addCosines(embedded, embedding, engine.model.shape.textWidth, first, [cosine]);
  const nearest = new Float32Array(customers).fill(NaN);
  for await (const { first, events } of readIndex(workspace, customers, { size: BATCH, tokenSize: 0 })) {
    for (let customer = 0; customer < events.customers; customer++) {
      for (let event = events.start[customer]!; event < events.start[customer + 1]!; event++) {
        const near = cosine[events.string[event]!]!;
        // A comparison with NaN is false, so that the first event counts.
        if (!(nearest[first + customer]! >= near)) nearest[first + customer] = near;
      }
    }
  }
  return nearest;
}
