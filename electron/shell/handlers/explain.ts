import * as messages from '../../ipc/explain.js';
import { strongest } from '../../services/explain/customer-why.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** Events told for and against a customer, and like customers shown. */
const EVENTS = 8;
const NEAREST = 5;

/** Single customers; what an audience has more of is answered where its rules are known (handlers/audience.ts). */
export function handleExplain({ session }: Shell): void {
  handle(messages.explainCustomer, async ({ rankingId, userId }) => {
    const { rank, customers, events, sources } = await session.explainer().why(rankingId, userId);
    return { rank, customers, events: events.length, sources, ...strongest(events, EVENTS) };
  });
  handle(messages.nearestCustomers, ({ rankingId, userId }) => session.explainer().nearest(rankingId, userId, NEAREST));
}
