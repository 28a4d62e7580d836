import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** Things told of a customer on a card. */
const FACTS = 8;

/** What is known of each customer in the model's words: what there is most of first, and of equals the rarest. */
export async function strongestFacts(workspace: Workspace, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await workspace.all<{ userId: string; text: string }>(
    `SELECT user_id AS "userId", text FROM (
       SELECT c.user_id, s.text, row_number() OVER (PARTITION BY c.customer ORDER BY e.n DESC, s.df, s.text) AS place
       FROM events e JOIN strings s USING (string) JOIN customers c ON c.customer = e.customer
       WHERE c.user_id IN (SELECT unnest([${userIds.map(literal).join(',')}]::VARCHAR[])))
     WHERE place <= ${FACTS} ORDER BY user_id, place`,
  );
  const facts = new Map<string, string[]>();
  for (const { userId, text } of rows) facts.set(userId, [...(facts.get(userId) ?? []), text]);
  return facts;
}
