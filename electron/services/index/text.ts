import type { Workspace } from '../workspace/workspace.js';

/**
 * How names and values are put into words. `humanise` makes "NumWebPurchases" and "emp.var.rate" readable; a text that has
 * spaces already is only trimmed. Numbers keep their dots. Longest result: 200 characters.
 */
const MACROS = [
  `split_camel(s) AS (regexp_replace(s, '([a-z]{2}|\\d)([A-Z][a-z])', '\\1 \\2', 'g'))`,
  // Twice, because a short word in the middle ("NumWebVisits") is used up by the split before it.
  `split_words(s) AS (regexp_replace(split_camel(split_camel(regexp_replace(s, '([A-Za-z])[.](\\w)', '\\1 \\2', 'g'))), '([A-Z]{2,})([A-Z][a-z])', '\\1 \\2', 'g'))`,
  `humanise(s) AS (left(trim(regexp_replace(CASE WHEN contains(trim(s), ' ') THEN s ELSE split_words(replace(s, '_', ' ')) END, '\\s+', ' ', 'g')), 200))`,
  `in_figures(x) AS (CASE
    WHEN x = round(x) OR abs(x) >= 100 THEN CAST(CAST(round(greatest(least(x, 1e30), -1e30)) AS HUGEINT) AS VARCHAR)
    WHEN abs(x) < 0.01 THEN printf('%.2g', x)
    ELSE regexp_replace(printf('%.2f', x), '\\.?0+$', '') END)`,
  // least and greatest pass over NULL, so a missing x must be kept out of them.
  `in_millionths(x) AS (CASE WHEN x IS NOT NULL THEN CAST(round(greatest(least(x, 1e24), -1e24) * 1e6) AS HUGEINT) END)`,
  `in_words(x, days) AS (CASE WHEN days THEN strftime(epoch_ms(CAST(x * 86400000 AS BIGINT)), '%Y-%m-%d') ELSE in_figures(x) END)`,
];

/** Defines the macros for this connection only. */
export async function defineTextMacros(workspace: Workspace): Promise<void> {
  for (const macro of MACROS) await workspace.run(`CREATE OR REPLACE TEMP MACRO ${macro}`);
}
