import { OTHER } from '../rank/phrases.js';

// Templates and forms as in models/training/userqa_text.py, so that a fit asks as the model was asked before: in braces what
// is filled in, in brackets the words that have a role.

export const WHO = [
  'customers',
  'people',
  'users',
  'clients',
  'visitors',
  'members',
  'shoppers',
  'everyone',
  'persons',
] as const;
export const WHEN = [
  '',
  '',
  '',
  '',
  ' next month',
  ' in the next three months',
  ' soon',
  ' this season',
  ' again',
  ' most',
  ' in the coming weeks',
] as const;
export const NOT = [
  ' but not ',
  ' but never ',
  ' without ',
  ' and not ',
  ' except ',
  ' rather than ',
  ' but have not got ',
  ' who do not want ',
  ' with no interest in ',
] as const;
export const AND = [' and ', ' and also ', ' together with ', ' as well as ', ', and ', ' combined with '] as const;
export const OR = [' or ', ' or else ', ', or ', ' or alternatively '] as const;
export const ATTRIBUTE_FORMS = [
  '{who} whose {column} is [{value}]',
  '{who} with {column} [{value}]',
  '[{value}] {who}',
  '{who} with [{column} {value}]',
  '{who} who are [{value}] ({column})',
  'find {who} of {column} [{value}]',
] as const;
export const HIGH_FORMS = [
  '{who} with a high [{column}]',
  '{who} with the highest [{column}]',
  '{who} with much [{column}]',
  '{who} who have a large [{column}]',
  '{who} above average in [{column}]',
  'top {who} by [{column}]',
  '{who} who will reach a high [{column}]',
  'many or much [{column}]',
  '{who} who will finish with an excellent [{column}]',
] as const;
export const LOW_FORMS = [
  '{who} with a low [{column}]',
  '{who} with the lowest [{column}]',
  '{who} with little [{column}]',
  '{who} who have a small [{column}]',
  '{who} below average in [{column}]',
  '{who} with hardly any [{column}]',
  '{who} who will get a poor [{column}]',
] as const;
export const ACTIVE_FORMS = [
  '{who} who will be active',
  '{who} who will come back',
  '{who} who will buy again',
  'the most loyal {who}',
  '{who} who will use us a lot',
  '{who} who are going to stay with us',
  '{who} who will complete and succeed',
  '{who} who will pass',
  'frequent {who}',
  '{who} who will spend a lot',
  '{who} likely to make a purchase',
  '{who} who will continue',
  '{who} who keep paying',
  '{who} who will convert',
  '{who} who will buy something in this visit',
  'engaged {who}',
  'heavy {who}',
] as const;
export const INACTIVE_FORMS = [
  '{who} who will stop',
  '{who} about to leave',
  '{who} who will churn',
  '{who} who will cancel',
  '{who} who will withdraw',
  '{who} who will drop out',
  '{who} who will become inactive',
  '{who} who will not come back',
  'lapsed {who}',
  '{who} who will fail',
  '{who} at risk of leaving',
  '{who} who will buy nothing',
  '{who} who are losing interest',
  '{who} who will give up',
  'rare {who}',
] as const;
export const MUCH = [
  ' a lot',
  ' often',
  ' very much',
  ' more than others',
  ' heavily',
  ' frequently',
  ' intensively',
] as const;
export const LITTLE = [' only a little', ' rarely', ' seldom', ' less than others', ' hardly ever'] as const;
/** What customers do, by source; of what stands in a profile is said what is said of services. */
export const VERBS = [
  ['would buy', 'are likely to buy', 'will purchase', 'bought', 'want to buy', 'shop for', 'would order', 'need'],
  [
    'would use',
    'have',
    'would take out',
    'will respond to',
    'are interested in',
    'hold',
    'do',
    'spend time on',
    'sign up for',
  ],
  ['would visit', 'visited', 'look at', 'are interested in', 'will read about', 'browse', 'went to', 'opened'],
  ['searched for', 'look for', 'are interested in', 'will search for'],
  ['would play', 'play', 'would watch', 'love', 'use', 'like', 'would install', 'rate highly', 'enjoy', 'own'],
] as const;

/** Words of an instruction and the role of each, as in services/rank/phrases.ts. */
export interface RoleWords {
  words: string[];
  roles: number[];
}

/** Fills a form; the words in its brackets get the role. What is filled in may have brackets of its own. */
export function roleWords(form: string, role: number, fill: Readonly<Record<string, string>>): RoleWords {
  const result: RoleWords = { words: [], roles: [] };
  form.split(/[[\]]/).forEach((part, at) => {
    const filled = part.replace(/\{(\w+)\}/g, (_, name: string) => fill[name]!);
    for (const word of wordsOf(filled)) {
      result.words.push(word);
      result.roles.push(at % 2 === 1 ? role : OTHER);
    }
  });
  return result;
}

/** The words between white space. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** What a person would call a string of an item: no column in front, no attributes behind, no shouting. */
export function itemPhrase(text: string): string {
  const [name = ''] = text.replace(/^[a-z][\w ]{0,24}: /, '').split(', ');
  return (name === name.toUpperCase() ? name.toLowerCase() : name) || text;
}

/** The same of a string that is combined with others; "member: yes" is the member, and "member: no" nothing one has. */
export function combinedPhrase(text: string): string | undefined {
  const answer = /^(.+): (yes|true|no|false)$/i.exec(text);
  if (!answer) return itemPhrase(text);
  return /^(yes|true)$/i.test(answer[2]!) ? answer[1] : undefined;
}

/** What the text of a level says is high or low: "high age (45 to 58)" and "age: 45" are about age. */
export function levelName(text: string): string {
  const level = /^(?:very low|low|medium|high|very high|very early|early|middle|late|very late) (.+) \(.*\)$/.exec(
    text,
  );
  return level ? level[1]! : text.replace(/: .*$/, '');
}

/** Words that say nothing about what an item is. */
const STOP = new Set(
  'the and for with from pack set small large red blue pink white black green assorted type genre page category'.split(
    ' ',
  ),
);

/** A word and the strings whose texts have it. */
export interface Theme {
  word: string;
  strings: Int32Array;
}

/** Words of four letters or more that at least three of the texts share, and no more than half of them do. */
export function themesOf(texts: readonly string[], strings: readonly number[]): Theme[] {
  const having = new Map<string, number[]>();
  for (const string of strings) {
    for (const word of new Set(texts[string]!.toLowerCase().match(/\p{L}{4,}/gu) ?? [])) {
      const among = having.get(word);
      if (among) among.push(string);
      else having.set(word, [string]);
    }
  }
  return [...having]
    .filter(([word, among]) => among.length >= 3 && among.length <= 0.5 * strings.length && !STOP.has(word))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, among]) => ({ word, strings: Int32Array.from(among) }));
}
