import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { SOURCES, type Source } from '../import/sources.js';
import { readCustomers } from '../index/read-index.js';
import type { Workspace } from '../workspace/workspace.js';
import { scoresWithout } from './leave-out.js';
import { countAbove, type ReadyRanking } from './ready-ranking.js';

/** What one event of a customer does to the score. */
export interface EventEffect {
  text: string;
  source: Source;
  /** Rows that the event stands for. */
  n: number;
  /** Score less the score without this event: above 0 it spoke for the customer, below 0 against. */
  effect: number;
  /** Rank that the customer would have without it, everybody else staying where they are. */
  rankWithout: number;
  /** Weight of the event in the model's attention, 0..1, summing to 1: how near its words are to the instruction. */
  attention: number;
}

/** What all events of one source together do to the score. */
export interface SourceEffect {
  source: Source;
  events: number;
  effect: number;
  rankWithout: number;
  /** |effect| over the sum of all sources' |effect|, 0..1. */
  share: number;
}

/** What leaving out several events at once does: of two that say the same, one alone is not missed. */
export interface JointEffect {
  events: number;
  effect: number;
  rankWithout: number;
}

/** Why a customer has its score. */
export interface CustomerWhy {
  userId: string;
  score: number;
  rank: number;
  customers: number;
  /** Every event, the one that spoke most for the customer first. */
  events: EventEffect[];
  /** Every source that the customer has, the one with the largest effect first. */
  sources: SourceEffect[];
  /** The events that `strongest` names as having spoken for the customer, all left out at once. */
  together: JointEffect;
}

/** Effects smaller than this are rounding. */
const NOTHING = 5e-6;
/** Events named on either side. */
const NAMED = 8;

/** The eight events that spoke most for a customer, and the eight that spoke most against it, the strongest first. */
export function strongest<Event extends { effect: number }>(events: readonly Event[]) {
  const spokeFor = events.filter(({ effect }) => effect > NOTHING).slice(0, NAMED);
  const spokeAgainst = events.filter(({ effect }) => effect < -NOTHING).slice(-NAMED);
  return { spokeFor, spokeAgainst: spokeAgainst.reverse() };
}

/** Number of a customer. @throws AppError customer-unknown */
export async function customerNumber(workspace: Workspace, userId: string): Promise<number> {
  const row = await workspace.one<{ customer: number }>('SELECT customer FROM customers WHERE user_id = $1', [userId]);
  if (row) return row.customer;
  throw new AppError(
    'customer-unknown',
    `There is no customer "${userId}"`,
    'check the id; it is compared as it stands',
  );
}

/**
 * Leaves out every event, then every source, of a customer, one at a time, and scores it anew (leave-one-out).
 * The effects are exact, and do not add up: of two events that say the same, neither is missed.
 * @throws AppError customer-unknown
 */
export async function explainCustomer(
  workspace: Workspace,
  engine: Engine,
  ranking: ReadyRanking,
  userId: string,
): Promise<CustomerWhy> {
  const customer = await customerNumber(workspace, userId);
  const { events: block } = await readCustomers(workspace, [customer], 0);
  const { facts, attention } = ranking.scorer.wanted.scores;
  const strings = [...block.string.subarray(0, block.start[1])];
  const all = [...strings.keys()];
  const sourceOf = (event: number): number => facts.source[strings[event]!]!;
  const sources = [...new Set(all.map(sourceOf))];
  const bySource = sources.map((source) => all.filter((event) => sourceOf(event) === source));
  const scoresOf = (leftOut: number[][]) => scoresWithout(engine, ranking, block, 0, leftOut);
  const [score, ...without] = await scoresOf([[], ...all.map((event) => [event]), ...bySource]);
  const effectOf = (other: number) => ({ effect: score! - other, rankWithout: rankAt(ranking, score!, other) });
  const texts = await textsOf(workspace, strings);
  const weights = attentionOf(strings, attention);
  const events = all
    .map((event) => ({
      event,
      text: texts.get(strings[event]!)!,
      source: SOURCES[sourceOf(event)]!,
      n: block.n[event]!,
      ...effectOf(without[event]!),
      attention: weights[event]!,
    }))
    .sort((a, b) => b.effect - a.effect || a.text.localeCompare(b.text));
  const named = strongest(events).spokeFor.map(({ event }) => event);
  const [withoutNamed] = await scoresOf([named]);
  return {
    userId,
    score: score!,
    rank: ranking.ranks[customer]!,
    customers: ranking.ranks.length,
    events: events.map(({ event: _, ...told }) => told),
    sources: withShares(
      sources.map((source, at) => ({
        source: SOURCES[source]!,
        events: bySource[at]!.length,
        ...effectOf(without[all.length + at]!),
      })),
    ),
    together: { events: named.length, ...effectOf(withoutNamed!) },
  };
}

function withShares(sources: readonly Omit<SourceEffect, 'share'>[]): SourceEffect[] {
  const total = sources.reduce((sum, { effect }) => sum + Math.abs(effect), 0);
  return sources
    .map((source) => ({ ...source, share: total > 0 ? Math.abs(source.effect) / total : 0 }))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

/** Rank that a score gives a customer who leaves the place of `own`. */
function rankAt({ scores }: ReadyRanking, own: number, score: number): number {
  return 1 + countAbove(scores, score) - (own > score ? 1 : 0);
}

/** Weights of the similarity's attention pooling over a customer's events. Source: models/training/evidence.py `attended`. */
function attentionOf(strings: readonly number[], attention: Float64Array): number[] {
  const total = strings.reduce((sum, string) => sum + attention[string]!, 0);
  return strings.map((string) => attention[string]! / total);
}

/** Texts of strings by their numbers. */
export async function textsOf(workspace: Workspace, strings: readonly number[]): Promise<Map<number, string>> {
  if (strings.length === 0) return new Map();
  const rows = await workspace.all<{ string: number; text: string }>(
    `SELECT string, text FROM strings WHERE string IN (${strings.join(', ')})`,
  );
  return new Map(rows.map(({ string, text }) => [string, text]));
}
