import { describe, expect, it } from 'vitest';
import { Draws } from '../../../electron/services/fit/draws.js';
import { quantile } from '../../../electron/services/fit/userqa-look.js';
import {
  combinedPhrase,
  itemPhrase,
  levelName,
  roleWords,
  themesOf,
} from '../../../electron/services/fit/userqa-text.js';
import { userTasks, type UserTask } from '../../../electron/services/fit/userqa.js';
import { KIND } from '../../../electron/services/index/scale.js';
import { phrasesOf, UNWANTED, WANTED } from '../../../electron/services/rank/phrases.js';
import { CUSTOMERS, handMade } from './hand-made.js';

const population = handMade(4);
async function tasksOf(seed: number, count = 150, from = population): Promise<UserTask[]> {
  const tasks: UserTask[] = [];
  for await (const task of userTasks(from, new Draws(seed, 0), { count, customers: 100 })) {
    if (task) tasks.push(task);
  }
  return tasks;
}
const tasks = await tasksOf(1);
const ofKind = (kind: UserTask['kind']): UserTask[] => tasks.filter((task) => task.kind === kind);
const phrases = population.text.map((text) => combinedPhrase(text)).filter((phrase) => phrase !== undefined);
const longest = (fits: (phrase: string) => boolean): string =>
  phrases.filter(fits).reduce((best, next) => (next.length > best.length ? next : best));

/** Events of a task's customer. */
function eventsOf({ look }: UserTask, customer: number): number[] {
  const { start } = look.events;
  return Array.from({ length: start[customer + 1]! - start[customer]! }, (_, i) => start[customer]! + i);
}
const textOf = (task: UserTask, event: number): string => population.text[task.look.events.string[event]!]!;
const has = (task: UserTask, customer: number, phrase: string): boolean =>
  eventsOf(task, customer).some((event) => combinedPhrase(textOf(task, event)) === phrase);
/** Checks every target that counts; those of whom nothing is seen must be the others. */
function expectTargets(task: UserTask, isMeant: (customer: number) => boolean): void {
  const expected = Array.from(task.target, (_, customer) =>
    eventsOf(task, customer).some((event) => !task.hidden[event]) ? Number(isMeant(customer)) : -1,
  );
  expect([...task.target], task.words.join(' ')).toEqual(expected);
}
/** Texts of the hidden events, and of the visible ones, that the condition is about. */
const texts = (task: UserTask, hidden: 0 | 1): Set<string> =>
  new Set([...task.hidden.keys()].filter((event) => task.hidden[event] === hidden).map((event) => textOf(task, event)));

describe('UserQA tasks', () => {
  it('come in every kind, over as many customers as asked for, with six of either answer', () => {
    expect(tasks).toHaveLength(150);
    expect(new Set(tasks.map(({ kind }) => kind)).size).toBe(7);
    for (const { look, target, words, roles } of tasks) {
      expect(look.customers).toHaveLength(100);
      expect(new Set(look.customers).size).toBe(100);
      expect(roles).toHaveLength(words.length);
      for (const answer of [0, 1]) expect(target.filter((value) => value === answer).length).toBeGreaterThanOrEqual(6);
    }
  });

  it('repeat with the seed and differ between seeds', async () => {
    const told = (some: UserTask[]) => some.map(({ words, hidden, target }) => [words.join(' '), hidden, target]);
    expect(told(await tasksOf(1, 20))).toEqual(told(tasks.slice(0, 20)));
    expect(told(await tasksOf(2, 20))).not.toEqual(told(tasks.slice(0, 20)));
  });

  it('are none where there is nothing to ask about', async () => {
    const nobody = {
      ...population,
      facts: { ...population.facts, kind: population.facts.kind.map(() => KIND.aggregate) },
    };
    expect(await tasksOf(1, 5, nobody)).toEqual([]);
  });

  it('hidden_item: who has it, seen without it', () => {
    for (const task of ofKind('hidden_item')) {
      expectTargets(task, (customer) => has(task, customer, task.answer));
      expect(phrasesOf(task.words, task.roles, WANTED).join(' ')).toBe(task.answer.replace(/^\W+|\W+$/g, ''));
      expect([...texts(task, 0)].map((text) => itemPhrase(text))).not.toContain(task.answer);
      const others = [...texts(task, 1)].filter((text) => itemPhrase(text) !== task.answer);
      expect([[], [population.text[13]]]).toContainEqual(others);
    }
  });

  it('hidden_theme: who has a word in the hidden part, which has the summaries too', () => {
    for (const task of ofKind('hidden_theme')) {
      expect(task.answer).toMatch(/^garden( items| products| things)?$/);
      const { value, string } = task.look.events;
      const inTheme = (event: number): boolean => task.hidden[event] === 1 && string[event]! < 3;
      const much = (event: number): boolean => inTheme(event) && value[event]! >= 0.5;
      const owners = (condition: (event: number) => boolean): number[] =>
        [...task.target.keys()].filter(
          (customer) => task.target[customer]! >= 0 && eventsOf(task, customer).some(condition),
        );
      const meant = [...task.target.keys()].filter((customer) => task.target[customer] === 1);
      expect([owners(inTheme), owners(much)]).toContainEqual(meant);
      expect(texts(task, 0)).not.toContain(population.text[13]);
      expect(
        [...texts(task, 1)].every((text) => text === population.text[13] || population.text.indexOf(text) < 7),
      ).toBe(true);
    }
  });

  it('activity: who has more in the hidden part than those who are not meant', () => {
    for (const task of ofKind('activity')) {
      const count = (customer: number): number =>
        eventsOf(task, customer).filter((event) => task.hidden[event] && task.look.events.string[event] !== 13).length;
      const counts = (value: number): number[] =>
        [...task.target.keys()].filter((customer) => task.target[customer] === value).map(count);
      const [more, fewer] = task.direction === 'active' ? [counts(1), counts(0)] : [counts(0), counts(1)];
      expect(Math.min(...more)).toBeGreaterThan(Math.max(...fewer));
      expect(task.answer).toBe(task.direction);
      expect(phrasesOf(task.words, task.roles, WANTED)).toEqual([]);
    }
  });

  it('hidden_attribute: who has the value, or "yes", seen without the column', () => {
    for (const task of ofKind('hidden_attribute')) {
      const [column = '', value] = task.answer.split(' ');
      const text = `${column}: ${value ?? 'yes'}`;
      expectTargets(task, (customer) => eventsOf(task, customer).some((event) => textOf(task, event) === text));
      expect([...texts(task, 1)].every((hidden) => hidden.startsWith(`${column}: `))).toBe(true);
      expect([...texts(task, 0)].some((seen) => seen.startsWith(`${column}: `))).toBe(false);
    }
  });

  it('hidden_number: who is high or low, seen without the column', () => {
    for (const task of ofKind('hidden_number')) {
      expect(task.answer).toBe(`${task.direction} age`);
      const ages = (value: number): number[] =>
        [...task.target.keys()].filter((customer) => task.target[customer] === value).map((customer) => task.look.customers[customer]!); // prettier-ignore
      const [older, younger] = task.direction === 'high' ? [ages(1), ages(0)] : [ages(0), ages(1)];
      expect(Math.min(...older)).toBeGreaterThan(Math.max(...younger));
      expect(texts(task, 1)).toEqual(new Set([population.text[11], population.text[12]]));
    }
  });

  it('combination: both, either, or one without the other; only the latter has unwanted words', () => {
    const seen = new Set<string>();
    for (const task of ofKind('combination')) {
      const [first, second] = [longest((side) => task.answer.startsWith(side)), longest((side) => task.answer.endsWith(side))]; // prettier-ignore
      const joint = task.answer.slice(first.length, task.answer.length - second.length);
      const how = phrasesOf(task.words, task.roles, UNWANTED).length > 0 ? 'not' : / or /.test(joint) ? 'or' : 'and';
      seen.add(how);
      if (how === 'not') expect(task.words.filter((_, at) => task.roles[at] === UNWANTED).join(' ')).toBe(second);
      expect(task.words.filter((_, at) => task.roles[at] === WANTED).join(' ')).toBe(
        how === 'not' ? first : `${first} ${second}`,
      );
      expectTargets(task, (customer) => {
        const [a, b] = [has(task, customer, first), has(task, customer, second)];
        return how === 'not' ? a && !b : how === 'or' ? a || b : a && b;
      });
      const hidden = [...texts(task, 1)].map((text) => combinedPhrase(text)).sort();
      expect([[], [first, second].sort()]).toContainEqual(hidden);
    }
    expect(seen).toEqual(new Set(['not', 'or', 'and']));
  });

  it('quantity: who has more, or no more, of it than the median owner, seen with everything', () => {
    for (const task of ofKind('quantity')) {
      const phrase = task.answer.replace(/ a (lot|little)$/, '');
      const of = (customer: number): number | undefined =>
        eventsOf(task, customer).find((event) => itemPhrase(textOf(task, event)) === phrase);
      const { value } = task.look.events;
      const all = [...task.target.keys()].map(of).filter((event) => event !== undefined);
      const median = quantile(all.map((event) => value[event]!), 0.5); // prettier-ignore
      expectTargets(task, (customer) => {
        const event = of(customer);
        return event !== undefined && (task.direction === 'high' ? value[event]! > median : value[event]! <= median);
      });
      expect(task.hidden.some(Boolean)).toBe(false);
    }
  });
});

describe('words of tasks', () => {
  it('get the role inside the brackets of a form, whatever is filled in', () => {
    expect(roleWords('{who} with [{column} {value}]', WANTED, { who: 'people', column: 'a [b]', value: 'c' })).toEqual({
      words: ['people', 'with', 'a', '[b]', 'c'],
      roles: [0, 0, WANTED, WANTED, WANTED],
    });
  });

  it('name items and levels as a person would', () => {
    expect(['product: CAR', 'Toy Story, genre: comedy', 'TEA TOWEL', '12'].map(itemPhrase)).toEqual(['car', 'Toy Story', 'tea towel', '12']); // prettier-ignore
    expect(['member: yes', 'member: no', 'region: north'].map(combinedPhrase)).toEqual(['member', undefined, 'north']);
    expect(['very high net worth (5 to 9)', 'children: 2', 'low age (years) (1 to 2)'].map(levelName)).toEqual(['net worth', 'children', 'age (years)']); // prettier-ignore
  });

  it('are themes when at least three items and at most half of them share them', () => {
    const names = ['Gartenmöbel rot', 'gartenmöbel', 'Gartenmöbel blau', 'tea red', 'tea set', 'tea cup', 'lamp'];
    expect(themesOf(names, [...names.keys()])).toEqual([{ word: 'gartenmöbel', strings: Int32Array.of(0, 1, 2) }]);
    expect(themesOf(names, [0, 1, 2, 3])).toEqual([]);
  });
});

describe('draws', () => {
  it('choose different numbers, ascending, each about as often', () => {
    const draws = new Draws(5, 0);
    const times = new Array<number>(CUSTOMERS).fill(0);
    for (let round = 0; round < 2000; round++) {
      const some = draws.some([...times.keys()], 30);
      expect(some.every((number, at) => at === 0 || number > some[at - 1]!)).toBe(true);
      some.forEach((number) => times[number]!++);
    }
    // Binomial(2000, 1/4): mean 500, deviation 19.
    expect(Math.min(...times)).toBeGreaterThan(500 - 5 * 19);
    expect(Math.max(...times)).toBeLessThan(500 + 5 * 19);
    expect(draws.some([3, 1], 5)).toEqual(Int32Array.of(1, 3));
  });

  it('of streams and of neighbouring seeds have nothing in common', () => {
    const first = (seed: number, stream: number): number => new Draws(seed, stream).between(0, 1);
    const all = [first(1, 0), first(1, 1), first(2, 0), first(2, 1), first(-1, 0), first(0, 0)];
    for (const a of all) expect(all.filter((b) => Math.abs(a - b) < 1e-3)).toHaveLength(1);
  });
});
