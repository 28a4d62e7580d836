import { DuckDBBlobValue } from '@duckdb/node-api';
import type { Engine } from '../../engine/engine.js';
import { withBoundedMemory } from '../index/bounded-memory.js';
import type { Question } from '../rank/question.js';
import { AppError } from '../errors.js';
import { throwIfCancelled, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { generalFeatures, instructionFeatures } from './features.js';
import { labelClusters, type ClusterLabel } from './label.js';
import type { Projection } from './project.js';
import type { Projector } from './project-in-worker.js';

/** What customers are laid out by: everything known of them, or what a stored ranking's question makes of them. */
export type MapView = { by: 'general' } | { by: 'instruction'; rankingId: number };

/** A map of all customers, in the order of their numbers. */
export interface CustomerMap extends Projection {
  labels: ClusterLabel[];
}

/**
 * Makes the map of an encoded workspace and stores it in place of an earlier one of the same view.
 * @throws AppError ranking-missing, no-customers, and as ranking does; Cancelled leaves nothing behind
 */
export async function makeMap(
  workspace: Workspace,
  engine: Engine,
  view: MapView,
  projector: Projector,
  task: Task,
): Promise<CustomerMap> {
  const { n: customers } = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index'))!;
  if (customers === 0)
    throw new AppError('no-customers', 'There are no customers to lay out', 'import customer data first', {
      file: workspace.path,
    });
  const input = await withBoundedMemory(workspace, async () =>
    view.by === 'general'
      ? generalFeatures(workspace, engine, customers, task)
      : instructionFeatures(workspace, engine, await questionOf(workspace, view.rankingId), customers, task),
  );
  const projection = await projector(input, task);
  throwIfCancelled(task, 'Map');
  task.progress({ stage: 'name groups', done: 0, total: 1 });
  const map = { ...projection, labels: await labelClusters(workspace, projection.clusters) };
  await storeMap(workspace, view, map);
  return map;
}

/** The stored map of this view, or undefined when there is none of the customers as they are now. */
export async function readMap(workspace: Workspace, view: MapView): Promise<CustomerMap | undefined> {
  const row = await workspace.one<{
    positions: Uint8Array;
    clusters: Uint8Array;
    centres: Uint8Array;
    labels: string;
  }>(
    `SELECT positions, clusters, centres, labels::VARCHAR AS labels FROM maps
     WHERE ranking_id IS NOT DISTINCT FROM $1 AND index_fingerprint = (SELECT value FROM meta WHERE key = 'encode_fingerprint')`,
    [rankingOf(view)],
  );
  if (!row) return undefined;
  return {
    positions: floatsOf(row.positions),
    clusters: Uint8Array.from(row.clusters),
    centres: floatsOf(row.centres),
    labels: JSON.parse(row.labels) as ClusterLabel[],
  };
}

const rankingOf = (view: MapView): number | null => (view.by === 'general' ? null : view.rankingId);

/** A copy whose bytes are aligned to floats. */
const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

function storeMap(workspace: Workspace, view: MapView, map: CustomerMap): Promise<void> {
  const blob = (array: Float32Array | Uint8Array) =>
    new DuckDBBlobValue(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return workspace.transaction(async () => {
    await workspace.run('DELETE FROM maps WHERE ranking_id IS NOT DISTINCT FROM $1', [rankingOf(view)]);
    await workspace.run(
      `INSERT INTO maps SELECT $1, (SELECT value FROM meta WHERE key = 'encode_fingerprint'), $2, $3, $4, $5::JSON, CAST($6 AS TIMESTAMP)`,
      [
        rankingOf(view),
        blob(map.positions),
        blob(map.clusters),
        blob(map.centres),
        JSON.stringify(map.labels),
        new Date().toISOString().slice(0, 23),
      ],
    );
  });
}

async function questionOf(workspace: Workspace, rankingId: number): Promise<Question> {
  const row = await workspace.one<{ instruction: string; answer: string | null; contrast: string | null }>(
    "SELECT instruction, answer, contrast FROM rankings WHERE id = $1 AND state = 'done'",
    [rankingId],
  );
  if (!row) throw new AppError('ranking-missing', `There is no ranking ${rankingId}`, 'rank the customers first');
  return {
    instruction: row.instruction,
    ...(row.answer !== null && { answer: row.answer }),
    ...(row.contrast !== null && { contrast: row.contrast }),
  };
}
