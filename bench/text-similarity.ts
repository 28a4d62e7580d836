// The two text-similarity rankings that every claim is shown beside.
import type { Engine } from '../electron/engine/engine.js';
import { readIndex } from '../electron/services/index/read-index.js';
import { readEmbeddings, readStringFacts } from '../electron/services/index/string-store.js';
import type { Workspace } from '../electron/services/workspace/workspace.js';

/** Per customer number: cosine of the instruction with the events, as their mean and as the mean of the nearest three. */
export interface SimilarityRankings {
  mean: Float64Array;
  top3: Float64Array;
}

/** Ranks an encoded workspace by the plain similarity of the whole instruction; customers without events come last. */
export async function similarityRankings(
  workspace: Workspace,
  engine: Engine,
  instruction: string,
): Promise<SimilarityRankings> {
  const query = await engine.embedTexts([instruction]);
  const { count } = await readStringFacts(workspace);
  const similar = new Float32Array(count);
  for await (const batch of readEmbeddings(workspace, engine, count)) {
    for (let row = 0; row < batch.count; row++) {
      for (let k = 0; k < query.length; k++)
        similar[batch.first + row]! += query[k]! * batch.embedding[row * query.length + k]!;
    }
  }
  const total = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index'))!.n;
  const [mean, top3] = [new Float64Array(total).fill(-1), new Float64Array(total).fill(-1)];
  for await (const { first, events } of readIndex(workspace, total, { size: 1024, tokenSize: 0 })) {
    for (let i = 0; i < events.customers; i++) {
      const own = Array.from(events.string.subarray(events.start[i], events.start[i + 1]), (at) => similar[at]!);
      if (own.length === 0) continue;
      mean[first + i] = average(own);
      top3[first + i] = average(own.sort((a, b) => b - a).slice(0, 3));
    }
  }
  return { mean, top3 };
}

/** Mean of a list that is not empty. */
export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
