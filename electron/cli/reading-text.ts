import type { Hint, Reading } from '../services/rank/reading.js';
import type { Understanding } from '../services/rank/question.js';

const HINTS: Record<Exclude<Hint, 'negation-read'>, string> = {
  unnamed: 'no particular thing was recognised, so that it is compared as a whole; name things as the data do',
  guessed:
    'the data hold profiles alone, so that who stays and who leaves is guessed from their words and levels; check it with evaluate, or tune it',
  absent: 'nothing in the data is called so; use words that the data use',
  'negation-lost': 'what to keep away from was not recognised; write it as "but not …" at the end, or as --contrast',
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
    ...hints.flatMap((hint) => (hint === 'negation-read' ? [] : [`hint: ${HINTS[hint]}`])),
  ];
}
