import type { Workspace } from '../workspace/workspace.js';

/** What the database may hold in memory while customers stream through. By default it fills most of the machine. */
const LIMIT = '512MB';

/** Runs `work`, which streams over all customers, with the database's own memory bounded. */
export async function withBoundedMemory<T>(workspace: Workspace, work: () => Promise<T>): Promise<T> {
  await workspace.run(`SET memory_limit = '${LIMIT}'`);
  try {
    return await work();
  } finally {
    await workspace.run('RESET memory_limit');
  }
}
