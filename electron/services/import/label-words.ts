import { literal } from '../workspace/sql.js';

/** Usual ways of saying that a customer has a target, as `foldLabel` makes them. */
export const POSITIVE: ReadonlySet<string> = new Set([
  ...[
    '1',
    'true',
    'yes',
    'y',
    't',
    'positive',
    'ja',
    'j',
    'oui',
    'si',
    's',
    'wahr',
    'vrai',
    'verdadero',
    'vero',
    'waar',
  ],
  ...['won', 'churned', 'converted', 'responder', 'responded', 'bought', 'buyer'],
]);
/** Usual ways of saying that they have not. */
export const NEGATIVE: ReadonlySet<string> = new Set([
  ...['0', 'false', 'no', 'n', 'f', 'negative', 'nein', 'non', 'nee', 'falsch', 'faux', 'falso', 'onwaar'],
  ...['lost', 'stayed', 'retained', 'not churned', 'not converted', 'non converted', 'unconverted', 'no response'],
  ...['non responder', 'nonresponder', 'not responder', 'not responded', 'not bought', 'non buyer', 'no buyer'],
]);

/** Lower case, without accents, one space between words, 1.0 as 1. */
export function foldLabel(cell: string): string {
  const text = cell.trim().toLowerCase();
  const number = /^(-?[01])(?:\.0+)?$/.exec(text);
  if (number) return number[1]!;
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s_-]+/g, ' ');
}

/** How a label column is read whose negatives are -1; beside 0, -1 is a third answer. */
export const SIGNED = 'signed';

/**
 * SQL that reads a cell as a label, 1 or 0, as `labelReader` of the evaluation does; NULL for any other text.
 * @param parse `SIGNED` where -1 stands for what others write as 0
 */
export function labelSql(cell: string, parse: string | null): string {
  const text = `lower(trim(${cell}))`;
  const folded = `CASE WHEN regexp_full_match(${text}, '-?[01](\\.0+)?') THEN regexp_extract(${text}, '-?[01]')
    ELSE regexp_replace(strip_accents(${text}), '[\\s_-]+', ' ', 'g') END`;
  const negative = [...NEGATIVE].filter((word) => parse !== SIGNED || word !== '0');
  const words = (of: readonly string[]) => of.map(literal).join(', ');
  return `CASE WHEN ${folded} IN (${words([...POSITIVE])}) THEN 1
    WHEN ${folded} IN (${words(parse === SIGNED ? ['-1', ...negative] : negative)}) THEN 0 END`;
}
