import { DuckDBBlobVector, type DuckDBDataChunk, type DuckDBResult, type DuckDBVector } from '@duckdb/node-api';
import type { Workspace } from '../workspace/workspace.js';

/** The chunks of a query's result, for reading cell by cell without making row objects. */
export async function* chunksOf(workspace: Workspace, sql: string): AsyncGenerator<DuckDBDataChunk> {
  yield* chunksIn(await workspace.connection.run(sql));
}

/** The chunks of a result. */
export async function* chunksIn(result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk;
}

/** Bytes of a BLOB cell, valid while the chunk is; empty for NULL. */
export function bytesAt(vector: DuckDBVector, row: number): Uint8Array {
  if (!(vector instanceof DuckDBBlobVector)) throw new TypeError('the column is not a BLOB');
  return vector.getItemBytes(row) ?? new Uint8Array(0);
}
