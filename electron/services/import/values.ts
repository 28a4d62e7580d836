import { literal } from '../workspace/sql.js';

/** How a column writes its numbers: as SQL does, with English separators, or with a decimal comma. */
export type NumberStyle = 'plain' | 'english' | 'european';

const CURRENCY = 'USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|JPY|CNY|INR|AUD|CAD';

/**
 * SQL macros that read a cell. All give NULL when the cell is not of their kind, so that one definition serves detection
 * and import alike. number_english and number_european take a cell's number_core, which the caller computes once per cell: DuckDB
 * writes a macro's argument out at every place the macro uses it. A range counts as its midpoint, an open range ("<5000", "10+", "55<=") as its bound.
 */
const MACROS = [
  // DuckDB turns a longer IN into a join, and trim walks over every character: both are kept away from ordinary cells.
  `is_blank(s) AS (CASE WHEN s IS NULL THEN true WHEN strlen(s) > 6 THEN trim(s) = '' ELSE list_contains(['', 'na', 'n/a', '#n/a', 'nan', 'null', '\\n', '?'], lower(trim(s))) END)`,
  // What else stands for "no value" where a number or a time is expected; in a text column "none" is an answer.
  `is_gap(s) AS (is_blank(s) OR list_contains(['none', 'nil', '-', '--', '.', 'missing', 'unknown', 'inf', '-inf'], lower(trim(s))))`,
  `text_cell(s) AS (CASE WHEN strlen(s) <= 6 THEN (CASE WHEN NOT is_blank(s) THEN trim(s) END)
    WHEN starts_with(s, ' ') OR ends_with(s, ' ') THEN nullif(trim(s), '') ELSE s END)`,
  // The apostrophe by which an export of this app kept a spreadsheet from running the id comes off (protected-cell.ts).
  // So does the ".0" that a number column with gaps gets in pandas and R: 17850.0 is customer 17850 (id-cell.ts).
  `id_cell(s) AS (text_cell(CASE WHEN starts_with(s, '''') THEN regexp_replace(s, '^''([''=+@\\t\\r\\n＝＋－＠-])', '\\1')
    WHEN ends_with(s, '.0') THEN regexp_replace(s, '^(\\d+)\\.0$', '\\1') ELSE s END))`,
  // "35-49K" is 35,000 to 49,000, "under 15k" is "<15000", and "250K and over" is "250000+".
  `without_words(s) AS (regexp_replace(regexp_replace(regexp_replace(regexp_replace(s,
    '^(\\s*\\d+)(\\s*(?:-|–|to)\\s*\\d+\\s*)k$', '\\1K\\2K', 'i'),
    '(^|[^\\d.,])(\\d+)\\s*k\\b', '\\1\\2000', 'gi'),
    '^\\s*(less than|under|below|up to|over|above|more than|at least)\\s+(\\d)', '<\\2', 'i'),
    '(\\d)\\s+(and|or) (over|above|more|older)\\s*$', '\\1+', 'i'))`,
  // Words are rare in numbers, and every pattern is a walk over the cell.
  `worded_core(s) AS (CASE WHEN regexp_matches(s, '[A-Za-z]') THEN without_words(regexp_replace(s, '^\\s*(${CURRENCY})\\b|\\b(${CURRENCY})\\s*$', '', 'g')) ELSE s END)`,
  `number_core(s) AS (trim(worded_core(regexp_replace(s, '[$€£¥₹%\\x{A0}\\x{202F}]', '', 'g'))))`,
  `number_english_one(t) AS (CASE
    WHEN regexp_full_match(t, '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?') THEN TRY_CAST(t AS DOUBLE)
    WHEN regexp_full_match(t, '[+-]?\\d{1,3}([, '']\\d{3})+(\\.\\d+)?') THEN TRY_CAST(regexp_replace(t, '[, '']', '', 'g') AS DOUBLE) END)`,
  `number_european_one(t) AS (CASE
    WHEN regexp_full_match(t, '[+-]?\\d{1,3}([. '']\\d{3})+(,\\d+)?') THEN TRY_CAST(replace(regexp_replace(t, '[. '']', '', 'g'), ',', '.') AS DOUBLE)
    WHEN regexp_full_match(t, '[+-]?(\\d+,?\\d*|,\\d+)([eE][+-]?\\d+)?') THEN TRY_CAST(replace(t, ',', '.') AS DOUBLE) END)`,
  ...(['english', 'european'] as const).flatMap((style) => [
    `number_${style}_range(t) AS (CASE
      WHEN regexp_matches(t, '^(<=|>=|<|>|≤|≥)') THEN number_${style}_one(trim(regexp_replace(t, '^(<=|>=|<|>|≤|≥)', '')))
      WHEN regexp_matches(t, '(<=|>=|<|>|≤|≥|\\+)$') THEN number_${style}_one(trim(regexp_replace(t, '(<=|>=|<|>|≤|≥|\\+)$', '')))
      WHEN regexp_matches(t, '\\d\\s*(-|–|to)\\s*\\d')
        AND number_${style}_one(regexp_extract(t, '^(.*\\d)\\s*(-|–|to)\\s*(\\d.*)$', 1)) <= number_${style}_one(regexp_extract(t, '^(.*\\d)\\s*(-|–|to)\\s*(\\d.*)$', 3))
        THEN (number_${style}_one(regexp_extract(t, '^(.*\\d)\\s*(-|–|to)\\s*(\\d.*)$', 1)) + number_${style}_one(regexp_extract(t, '^(.*\\d)\\s*(-|–|to)\\s*(\\d.*)$', 3))) / 2 END)`,
    `number_${style}(t) AS (coalesce(number_${style}_one(t), number_${style}_range(t)))`,
  ]),
  `number_plain(s) AS (TRY_CAST(s AS DOUBLE))`,
];

/** Defines the macros for this connection; nothing of them is written into the workspace file. */
export async function defineValueMacros(workspace: { run(sql: string): Promise<unknown> }): Promise<void> {
  for (const macro of MACROS) await workspace.run(`CREATE OR REPLACE TEMP MACRO ${macro}`);
}

/** Ways of writing a date, in the order of preference when several read a column equally well. */
export const DATE_FORMATS = [
  '%Y-%m-%d',
  '%Y/%m/%d',
  '%d/%m/%Y',
  '%m/%d/%Y',
  '%d.%m.%Y',
  '%d-%m-%Y',
  '%m-%d-%Y',
  '%Y-%m',
  '%Y/%m',
  '%d %b %Y',
  '%d-%b-%Y',
  '%d %B %Y',
  '%b %d, %Y',
  '%B %d, %Y',
  '%d/%m/%y',
  '%m/%d/%y',
  '%d.%m.%y',
  '%d-%b-%y',
] as const;

const CLOCKS = ['', ' %H:%M:%S', ' %H:%M', ' %H:%M:%S.%g', ' %I:%M:%S %p', ' %I:%M %p'];

/**
 * SQL for one cell as TIMESTAMP, NULL when it cannot be read.
 * @param parse `iso`, `epoch-seconds`, `epoch-milliseconds`, `compact` (20110131), or one of DATE_FORMATS with or without a clock time
 */
export function timeSql(cell: string, parse: string): string {
  switch (parse) {
    case 'iso':
      return `TRY_CAST(${cell} AS TIMESTAMP)`;
    case 'epoch-seconds':
      return `make_timestamp(CAST(TRY_CAST(${cell} AS DOUBLE) * 1000000 AS BIGINT))`;
    case 'epoch-milliseconds':
      return `make_timestamp(CAST(TRY_CAST(${cell} AS DOUBLE) * 1000 AS BIGINT))`;
    case 'compact':
      return `try_strptime(${cell}, '%Y%m%d')`;
    default:
      return `try_strptime(${cell}, [${CLOCKS.map((clock) => literal(parse + clock)).join(', ')}])`;
  }
}

/**
 * SQL for one cell as DOUBLE, NULL when it cannot be read. Style `plain` lets "inf" and "nan" through as such.
 * @param cell the trimmed cell for style `plain`, its number_core for the other styles
 */
export function numberSql(cell: string, style: string): string {
  return `number_${style}(${cell})`;
}
