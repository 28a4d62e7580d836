import type { Workspace } from '../workspace/workspace.js';
import type { Scored } from './evaluate.js';

/** Ranks customers by how many events they have: the simplest ranking, without any model. */
export async function activityRanking(workspace: Workspace): Promise<Scored[]> {
  return workspace.all<{ user_id: string; score: number }>(
    `SELECT c.user_id, CAST(coalesce(sum(e.n), 0) AS DOUBLE) AS score
     FROM customers c LEFT JOIN events e USING (customer) GROUP BY c.user_id ORDER BY c.user_id`,
  );
}
