import * as messages from '../../ipc/explain.js';
import { strongest } from '../../services/explain/customer-why.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** Like customers shown. */
const NEAREST = 5;

/** Single customers; what an audience has more of is answered where its rules are known (handlers/audience.ts). */
export function handleExplain({ session }: Shell): void {
  handle(messages.explainCustomer, async ({ rankingId, userId }) => {
    const { events, ...told } = await session.explainer().why(rankingId, userId);
    return { ...told, ...strongest(events), events: events.length };
  });
  handle(messages.nearestCustomers, ({ rankingId, userId }) => session.explainer().nearest(rankingId, userId, NEAREST));
}
