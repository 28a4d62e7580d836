import { KIND } from '../index/scale.js';
import type { Draws } from './draws.js';
import type { Population } from './population.js';
import {
  activity,
  combination,
  hiddenAttribute,
  hiddenItem,
  hiddenNumber,
  hiddenTheme,
  quantity,
  type Draft,
} from './userqa-kinds.js';
import { Look } from './userqa-look.js';
import { themesOf, type Theme } from './userqa-text.js';

/** Draws per task that is wanted, before the population is taken to have no more. */
const ATTEMPTS = 6;
/** A task needs as many customers of either answer. */
export const LEAST = 6;
/** Items that a population needs to be asked about them. */
const ITEMS = 4;

/** Kinds of tasks, by the names that the training has for them. */
export type TaskKind =
  'hidden_item' | 'hidden_theme' | 'activity' | 'hidden_attribute' | 'hidden_number' | 'combination' | 'quantity';

/** A UserQA task: an instruction over the customers of a look, whom it is about, and what they are seen without. */
export interface UserTask extends Omit<Draft, 'target'> {
  kind: TaskKind;
  look: Look;
  /** 1 or 0 per customer, -1 for those of whom nothing is left to be seen, [customers]. */
  target: Int8Array;
}

type Maker = readonly [kind: TaskKind, make: (look: Look, themes: readonly Theme[]) => Draft | undefined];

/**
 * Draws up to `count` tasks, each over at most `customers` of the population, from its events alone. Tasks whose target is
 * too rare or too common are thrown away, so that a small population gives fewer, or none; undefined stands for one that
 * was thrown away, so that the caller can let others have their turn.
 * Source: models/training/userqa.py Asker.
 */
export function* userTasks(
  population: Population,
  draws: Draws,
  { count, customers }: { count: number; customers: number },
): Generator<UserTask | undefined> {
  const { kind } = population.facts;
  const items = [...kind.keys()].filter((string) => kind[string] === KIND.item);
  const themes = themesOf(population.text, items);
  const makers = makersFor(kind, items.length, themes.length);
  let made = 0;
  for (let attempt = 0; attempt < count * ATTEMPTS && made < count && makers.length > 0; attempt++) {
    const look = new Look(population, draws, customers);
    const [name, make] = draws.one(makers);
    const draft = make(look, themes);
    const target = draft && seenTarget(look, draft);
    if (target) made++;
    yield target && { ...draft, kind: name, look, target };
  }
}

/** The kinds that the population can be asked, as often as they should come. */
function makersFor(kind: Uint8Array, items: number, themes: number): Maker[] {
  const makers: Maker[] = [];
  const add = (times: number, ...maker: Maker): void => void makers.push(...Array<Maker>(times).fill(maker));
  if (items >= ITEMS) {
    add(2, 'hidden_item', hiddenItem);
    add(1, 'activity', activity);
    add(2, 'combination', combination);
    add(1, 'quantity', quantity);
    if (themes > 0) add(3, 'hidden_theme', hiddenTheme);
  }
  if (kind.includes(KIND.attribute)) {
    add(2, 'hidden_attribute', hiddenAttribute);
    add(1, 'combination', combination);
  }
  if (kind.includes(KIND.bin)) add(1, 'hidden_number', hiddenNumber);
  return makers;
}

/** The target without the customers of whom nothing is left to be seen; undefined when either answer is too rare then. */
function seenTarget(look: Look, { hidden, target }: Draft): Int8Array | undefined {
  const seen = look.ownersOf(hidden.map((isHidden) => 1 - isHidden));
  const result = Int8Array.from(target, (value, customer) => (seen[customer] ? value : -1));
  const having = (value: number): number => result.filter((other) => other === value).length;
  return having(1) >= LEAST && having(0) >= LEAST ? result : undefined;
}
