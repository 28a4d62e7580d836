import { KIND } from '../index/scale.js';
import { UNWANTED, WANTED } from '../rank/phrases.js';
import type { Direction } from '../rank/question.js';
import { quantile, type Look } from './userqa-look.js';
import {
  ACTIVE_FORMS,
  AND,
  ATTRIBUTE_FORMS,
  combinedPhrase,
  HIGH_FORMS,
  INACTIVE_FORMS,
  itemPhrase,
  levelName,
  LITTLE,
  LOW_FORMS,
  MUCH,
  NOT,
  OR,
  roleWords,
  WHEN,
  WHO,
  wordsOf,
  type RoleWords,
  type Theme,
} from './userqa-text.js';

// The kinds of tasks, as in models/training/userqa.py. Each gives undefined where these customers have nothing to ask about.

/** An instruction over the customers of a look, and its truth. */
export interface Draft extends RoleWords {
  answer: string;
  direction: Direction;
  /** Events that the customers are seen without, [events]. */
  hidden: Uint8Array;
  /** 1 for the customers that the instruction is about, [customers]. */
  target: Uint8Array;
}

const NOUNS = ['', ' items', ' products', ' things', ''];
const PURCHASES = 0;

/** Who has an item, seen without it. */
export function hiddenItem(look: Look): Draft | undefined {
  const { draws, events, population } = look;
  const string = look.pick([KIND.item]);
  if (string === undefined) return undefined;
  const phrase = itemPhrase(population.text[string]!);
  const withSummaries = draws.chance(0.5);
  return {
    ...roleWords(`${look.verb(string)} [{phrase}]${draws.one(WHEN)}`, WANTED, { phrase }),
    answer: phrase,
    direction: 'present',
    hidden: look.where((event) => events.string[event] === string || (withSummaries && look.isSummary(event))),
    target: look.owns(string),
  };
}

/** Whose hidden part of the history has an item with a word, seen with the rest of the history. */
export function hiddenTheme(look: Look, themes: readonly Theme[]): Draft | undefined {
  const { draws, events, population } = look;
  const { word, strings } = draws.one(themes);
  const members = new Uint8Array(population.facts.count);
  for (const string of strings) members[string] = 1;
  const later = look.laterPart(draws.between(0.25, 0.5));
  const match = look.where((event) => later[event] === 1 && members[events.string[event]!] === 1);
  const isValued = match.some((holds, event) => holds === 1 && !Number.isNaN(events.value[event]!));
  // Half of the time only much of it counts; where nothing says how much, it does.
  const onlyMuch = draws.chance(0.5) && isValued;
  const target = look.ownersOf(match.map((holds, event) => (onlyMuch && events.value[event]! < 0.5 ? 0 : holds)));
  const string = strings[0]!;
  const noun = population.facts.source[string] === PURCHASES ? draws.one(NOUNS) : '';
  const phrase = word + noun;
  return {
    ...roleWords(`${look.verb(string)} [{phrase}]${draws.one(WHEN)}`, WANTED, { phrase }),
    answer: phrase,
    direction: 'present',
    hidden: withSummaries(look, later),
    target,
  };
}

/** Who has many, or hardly any, events in the hidden part of the history. */
export function activity(look: Look): Draft {
  const { draws, events, owner } = look;
  const later = look.laterPart(draws.between(0.25, 0.5));
  const count = new Uint32Array(events.customers);
  later.forEach((holds, event) => (count[owner[event]!]! += holds));
  const isActive = draws.chance(0.5);
  const cut = quantile(count, draws.between(0.3, 0.85));
  const direction = isActive ? 'active' : 'inactive';
  const form = draws.one<string>(isActive ? ACTIVE_FORMS : INACTIVE_FORMS) + draws.one(WHEN);
  return {
    ...roleWords(form, WANTED, { who: draws.one(WHO) }),
    answer: direction,
    direction,
    hidden: withSummaries(look, later),
    target: Uint8Array.from(count, (n) => Number(n > cut === isActive)),
  };
}

/** Who has a value in a text column, seen without that column. */
export function hiddenAttribute(look: Look): Draft | undefined {
  const { draws, population } = look;
  const string = look.pick([KIND.attribute], 0.75);
  const text = string === undefined ? '' : population.text[string]!;
  const colon = text.indexOf(': ');
  if (string === undefined || colon < 0) return undefined;
  const [column, value] = [text.slice(0, colon), text.slice(colon + 2)];
  const owns = look.owns(string);
  const who = draws.one(WHO);
  const common = { direction: 'present', hidden: look.sameColumn(string) } as const;
  if (!/^(yes|no|true|false)$/i.test(value)) {
    const words = roleWords(draws.one(ATTRIBUTE_FORMS), WANTED, { who, column, value });
    return { ...words, answer: `${column} ${value}`, target: owns, ...common };
  }
  const words = roleWords(`{who} who ${draws.one(['have', 'are', 'with'])} [{column}]`, WANTED, { who, column });
  const isYes = /^(yes|true)$/i.test(value);
  return { ...words, answer: column, target: isYes ? owns : owns.map((has) => 1 - has), ...common };
}

/** Who is high, or low, in a number column, seen without that column. */
export function hiddenNumber(look: Look): Draft | undefined {
  const { draws, events, owner, population } = look;
  const string = look.pick([KIND.bin], 0.9);
  if (string === undefined) return undefined;
  const hidden = look.sameColumn(string);
  const value = new Float64Array(events.customers).fill(NaN);
  hidden.forEach((holds, event) => {
    if (holds && look.kindOf(event) === KIND.bin) value[owner[event]!] = events.value[event]!;
  });
  const known = value.filter((v) => !Number.isNaN(v));
  const isHigh = draws.chance(0.6);
  const cut = quantile(known, isHigh ? draws.between(0.6, 0.85) : draws.between(0.15, 0.4));
  const direction = isHigh ? 'high' : 'low';
  const column = levelName(population.text[string]!);
  return {
    ...roleWords(draws.one<string>(isHigh ? HIGH_FORMS : LOW_FORMS), WANTED, { who: draws.one(WHO), column }),
    answer: `${direction} ${column}`,
    direction,
    hidden,
    target: Uint8Array.from(value, (v) => Number(isHigh ? v > cut : v < cut)),
  };
}

/** Who has A and B, A or B, A but not B; mostly seen with them (retrieval), else without them (prediction). */
export function combination(look: Look): Draft | undefined {
  const { draws, events, population } = look;
  const kinds = [KIND.item, KIND.attribute];
  const first = look.pick(kinds);
  const second = first === undefined ? undefined : look.companion(kinds, first);
  if (first === undefined || second === undefined) return undefined;
  const [a, b] = [combinedPhrase(population.text[first]!), combinedPhrase(population.text[second]!)];
  if (a === undefined || b === undefined) return undefined;
  const { joint, role, holds } = joined(look);
  const [hasFirst, hasSecond] = [look.owns(first), look.owns(second)];
  const isHidden = draws.chance(0.3);
  const { words, roles } = roleWords(`${look.verb(first)} [{a}]${joint}`, WANTED, { a });
  const others = wordsOf(b);
  return {
    words: [...words, ...others],
    roles: [...roles, ...others.map(() => role)],
    answer: a + joint + b,
    direction: 'present',
    hidden: look.where((event) => isHidden && [first, second].includes(events.string[event]!)),
    target: hasFirst.map((has, customer) => Number(holds(has === 1, hasSecond[customer] === 1))),
  };
}

/** How a combination is said, the role of its second part, and who is meant. Three in five are negations. */
function joined({ draws }: Look): { joint: string; role: number; holds: (a: boolean, b: boolean) => boolean } {
  const how = draws.below(5);
  if (how === 0) return { joint: draws.one(OR), role: WANTED, holds: (a, b) => a || b };
  if (how === 1) return { joint: draws.one(AND), role: WANTED, holds: (a, b) => a && b };
  return { joint: draws.one(NOT), role: UNWANTED, holds: (a, b) => a && !b };
}

/** Who has much, or little, of an item; seen with it. */
export function quantity(look: Look): Draft | undefined {
  const { draws, events, population } = look;
  const string = look.pick([KIND.item], 0.95);
  if (string === undefined) return undefined;
  const of = look.where((event) => events.string[event] === string);
  const isValued = of.some((holds, event) => holds === 1 && !Number.isNaN(events.value[event]!));
  const level = isValued ? events.value : Float32Array.from(events.n);
  const median = quantile(
    level.filter((v, event) => of[event] === 1 && !Number.isNaN(v)),
    0.5,
  );
  const isMuch = draws.chance(0.6);
  const meant = of.map((holds, event) => ((isMuch ? level[event]! > median : level[event]! <= median) ? holds : 0));
  const phrase = itemPhrase(population.text[string]!);
  return {
    ...roleWords(`${look.verb(string)} [{phrase}]${draws.one<string>(isMuch ? MUCH : LITTLE)}`, WANTED, { phrase }),
    answer: `${phrase} a ${isMuch ? 'lot' : 'little'}`,
    direction: isMuch ? 'high' : 'low',
    hidden: new Uint8Array(of.length),
    target: look.ownersOf(meant),
  };
}

/** The mask and all summaries, which what is hidden went into. */
function withSummaries(look: Look, hidden: Uint8Array): Uint8Array {
  return hidden.map((holds, event) => (look.isSummary(event) ? 1 : holds));
}
