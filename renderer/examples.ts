import type { SourceOverview } from '../electron/ipc/data.js';
import { text } from './text.js';

/** Examples offered, besides the one with a "but not". */
const EXAMPLES = 4;

/** Columns that tell how something is, not what it is: nobody buys a status. */
const STATES = /status|state|type|level|grade|segment|result|method/i;

/**
 * Instructions about the analyst's own events: what is most frequent in each source in turn, with the verb that fits the
 * source, or by the column where it tells a state. A profile has no events, and what is known as an outcome is not asked for.
 */
export function exampleInstructions(sources: readonly SourceOverview[]): string[] {
  const verbs: Partial<Record<string, (item: string) => string>> = text.askMore.examples;
  const told = sources.flatMap(({ kind, frequent, columns }) => {
    const column = columns.find(({ role }) => role === 'text')?.name ?? '';
    const verb = verbs[kind] && (STATES.test(column) ? withState(column) : verbs[kind]);
    return verb && frequent.length > 0 ? [{ verb, items: frequent.map((item) => plainWords(item.text)) }] : [];
  });
  const inTurn = Array.from({ length: EXAMPLES }, (_, place) =>
    told.flatMap(({ verb, items }) => (items[place] === undefined ? [] : [verb(items[place])])),
  );
  const first = told.find(({ items }) => items.length > 1);
  const negated = first ? [text.askMore.butNot(first.verb(first.items[0]!), first.items[1]!)] : [];
  return [...inTurn.flat().slice(0, EXAMPLES), ...negated];
}

/** "repayment_status" → "Customers with repayment status …". */
function withState(column: string): (item: string) => string {
  const name = plainWords(column).replace(/_/g, ' ');
  return (item) => text.askMore.state(name, item);
}

/** CAPITALS and CamelCase as one writes them in a sentence. */
function plainWords(item: string): string {
  if (item === item.toUpperCase()) return item.toLowerCase();
  return /\s/.test(item) ? item : item.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
