import type { Hint, Reading, ReadPhrase } from '../services/rank/reading.js';
import type { Understanding } from '../services/rank/question.js';

const HINTS: Record<Exclude<Hint, 'negation-read' | 'vague' | 'absent'>, string> = {
  unnamed: 'no particular thing was recognised, so that it is compared as a whole; name things as the data do',
  guessed:
    'the data hold profiles alone, so that who stays and who leaves is guessed from their words and levels; check it with evaluate, or tune it',
  unchecked: 'what the data call so is checked once they are encoded',
  'negation-lost': 'what to keep away from was not recognised; write it as "but not …" at the end, or as --contrast',
};
/** Hints about phrases, which they name. */
const PHRASE_HINTS: Record<NonNullable<ReadPhrase['doubt']>, string> = {
  vague: 'says too little to tell which customers are meant; say what they buy, do or are, as the data do',
  absent: 'nothing in the data is called so; use words that the data use',
};
/** Strings that are named as the nearest to a phrase. */
const NAMED = 2;

/** How an instruction was read. */
export function understandingLines({ wanted, unwanted, direction, answer }: Understanding): string[] {
  return [
    ...(wanted.length > 0 ? [`looked for: ${wanted.join('; ')}`] : []),
    ...(unwanted.length > 0 ? [`not: ${unwanted.join('; ')}`] : []),
    `direction: ${direction}; answer: ${answer}`,
  ];
}

/** What comes nearest to its phrases in the data, and what could make it better. */
export function readingLines({ phrases, hints }: Reading): string[] {
  const near = phrases.filter(({ nearest }) => nearest.length > 0);
  return [
    ...near.map(
      ({ phrase, nearest }) =>
        `nearest to "${phrase}": ${nearest
          .slice(0, NAMED)
          .map(({ text, customers }) => `${text} (${customers} customers)`)
          .join('; ')}`,
    ),
    ...hints.flatMap((hint) => (hint === 'negation-read' ? [] : [`hint: ${hintText(hint, phrases)}`])),
  ];
}

function hintText(hint: Exclude<Hint, 'negation-read'>, phrases: readonly ReadPhrase[]): string {
  if (hint !== 'vague' && hint !== 'absent') return HINTS[hint];
  const named = phrases.filter(({ doubt }) => doubt === hint).map(({ phrase }) => `"${phrase}"`);
  return `${named.join(', ')}: ${PHRASE_HINTS[hint]}`;
}
