import type { AudienceLifts } from '../services/explain/audience-lifts.js';
import { strongest, type CustomerWhy, type EventEffect } from '../services/explain/customer-why.js';
import type { Nearest } from '../services/explain/nearest.js';
import { estimateText, tableLines } from './tables.js';

const LONGEST = 60;

/** Why one customer ranks where they do, in lines. */
export function customerLines({
  userId,
  score,
  rank,
  customers,
  events,
  sources,
  together,
  nearest,
}: CustomerWhy & { nearest: Nearest }) {
  const { spokeFor, spokeAgainst } = strongest(events);
  return [
    `${userId}: rank ${rank} of ${customers}, score ${score.toFixed(4)}`,
    '',
    ...tableLines([
      ['leave-one-out, by source', 'events', 'effect', 'share', 'rank without'],
      ...sources.map((one) => [
        one.source,
        String(one.events),
        signed(one.effect),
        `${(100 * one.share).toFixed(0)} %`,
        String(one.rankWithout),
      ]),
    ]),
    ...eventLines('spoke for', spokeFor),
    ...(together.events > 1
      ? [`without these ${together.events} at once: ${signed(together.effect)}, rank ${together.rankWithout}`]
      : []),
    ...eventLines('spoke against', spokeAgainst),
    '',
    ...nearestLines(nearest),
    '',
  ];
}

/** What an audience has more of, in lines. */
export function liftLines({ audience, rest, compared, items }: AudienceLifts): string[] {
  return [
    `${audience} customers beside the ${rest} others; ${compared} items compared, ${items.length} told`,
    '',
    ...tableLines([
      ['item', 'source', 'audience', 'rest', 'times as often'],
      ...items.map((item) => [
        short(item.text),
        item.source,
        percent(item.audience, audience),
        percent(item.rest, rest),
        estimateText(item.lift, 2),
      ]),
    ]),
  ];
}

function eventLines(title: string, events: readonly EventEffect[]): string[] {
  if (events.length === 0) return [];
  const rows = events.map(({ text, source, effect, rankWithout, attention }) => [
    short(text),
    source,
    signed(effect),
    String(rankWithout),
    attention.toFixed(3),
  ]);
  return ['', ...tableLines([[title, 'source', 'effect', 'rank without', 'attention'], ...rows])];
}

function nearestLines({ by, customers }: Nearest): string[] {
  if (customers.length === 0) return ['no customer is like this one'];
  const rows = customers.map(({ userId, rank, likeness, shared }) => [
    userId,
    String(rank),
    likeness.toFixed(3),
    short(shared.join('; ')),
  ]);
  return tableLines([
    [by === 'embedding' ? 'nearest by user embedding' : 'nearest by events', 'rank', 'cosine', 'both have'],
    ...rows,
  ]);
}

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
const percent = (count: number, all: number): string => `${count} (${((100 * count) / all).toFixed(1)} %)`;
