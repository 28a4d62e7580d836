import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { SOURCES, type Source } from '../import/sources.js';
import type { EventBlock } from '../index/event-block.js';
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
}

/** Effects smaller than this are rounding. */
const NOTHING = 5e-6;

/** The `most` events that spoke most for a customer, and the `most` that spoke most against it, the strongest first. */
export function strongest(events: readonly EventEffect[], most: number) {
  const spokeFor = events.filter(({ effect }) => effect > NOTHING).slice(0, most);
  const spokeAgainst = events.filter(({ effect }) => effect < -NOTHING).slice(-most);
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
  const { facts } = ranking.scorer.wanted.scores;
  const strings = [...block.string.subarray(0, block.start[1])];
  const all = [...strings.keys()];
  const sources = [...new Set(strings.map((string) => facts.source[string]!))];
  const bySource = sources.map((source) => all.filter((event) => facts.source[strings[event]!] === source));
  const leftOut = [[], ...all.map((event) => [event]), ...bySource];
  const scores = await scoresWithout(workspace, engine, ranking, block, 0, leftOut);
  const score = scores[0]!;
  const effectOf = (variant: number) => ({
    effect: score - scores[variant]!,
    rankWithout: rankAt(ranking, score, scores[variant]!),
  });
  const texts = await textsOf(workspace, strings);
  const attention = attentionOf(block, ranking.scorer.wanted.scores.attention);
  const sourceEffects = sources.map((source, at) => ({
    source: SOURCES[source]!,
    events: bySource[at]!.length,
    ...effectOf(1 + all.length + at),
  }));
  const total = sourceEffects.reduce((sum, { effect }) => sum + Math.abs(effect), 0);
  return {
    userId,
    score,
    rank: ranking.ranks[customer]!,
    customers: ranking.ranks.length,
    events: all
      .map((event) => ({
        text: texts.get(strings[event]!)!,
        source: SOURCES[facts.source[strings[event]!]!]!,
        n: block.n[event]!,
        ...effectOf(1 + event),
        attention: attention[event]!,
      }))
      .sort((a, b) => b.effect - a.effect || a.text.localeCompare(b.text)),
    sources: sourceEffects
      .map((source) => ({ ...source, share: total > 0 ? Math.abs(source.effect) / total : 0 }))
      .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect)),
  };
}

/** Rank that a score gives a customer who leaves the place of `own`. */
function rankAt({ scores }: ReadyRanking, own: number, score: number): number {
  return 1 + countAbove(scores, score) - (own > score ? 1 : 0);
}

/** Weights of the similarity's attention pooling over the customer's events. Source: models/training/evidence.py `attended`. */
function attentionOf(block: EventBlock, attention: Float64Array): number[] {
  const weights = Array.from(block.string.subarray(0, block.start[1]), (string) => attention[string]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Texts of strings by their numbers. */
export async function textsOf(workspace: Workspace, strings: readonly number[]): Promise<Map<number, string>> {
  if (strings.length === 0) return new Map();
  const rows = await workspace.all<{ string: number; text: string }>(
    `SELECT string, text FROM strings WHERE string IN (${strings.join(', ')})`,
  );
  return new Map(rows.map(({ string, text }) => [string, text]));
}
