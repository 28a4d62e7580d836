import type { DerivedFile } from './facts.js';
import type { Workspace } from '../workspace/workspace.js';

const SIZES = ['very low', 'low', 'medium', 'high', 'very high'];
const DATES = ['very early', 'early', 'middle', 'late', 'very late'];
/** A number with no more different values than this is written out; a range of them would say less. */
const FEW_VALUES = 6;

function worded(words: string[], bin: string): string {
  return `CASE ${bin} ${words.map((word, at) => `WHEN ${at} THEN '${word}'`).join(' ')} END`;
}

/**
 * One fact per number: its percentile over the customers who have it (midpoint of ties), and in words the fifth of them it
 * lies in, "high age (45 to 58)", or the number itself where there are few different ones, "children: 2".
 * Tied customers always fall into the same fifth, so a fifth may be empty.
 * @param numbers a query giving customer, label, column_name, x (DOUBLE), days (x is a date, in days since 1970) and the column's
 *   ordinal (0 for a summary), under which the file's own way of writing x ("30-40") is looked up
 */
export async function addNumbers(workspace: Workspace, numbers: string, file: DerivedFile, kind: number): Promise<void> {
  await workspace.run(`CREATE OR REPLACE TEMP TABLE derive_numbers AS SELECT * FROM (${numbers}) WHERE x IS NOT NULL`);
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_scale AS
    WITH counted AS (SELECT label, x, any_value(days) AS days, any_value(ordinal) AS ordinal, count(*) AS n FROM derive_numbers GROUP BY label, x),
    placed AS (SELECT *, (sum(n) OVER (PARTITION BY label ORDER BY x) - n / 2.0) / sum(n) OVER (PARTITION BY label) AS p, count(*) OVER (PARTITION BY label) AS different FROM counted),
    worded AS (SELECT p.*, least(CAST(floor(p * 5) AS INTEGER), 4) AS bin, coalesce(w.words, in_words(p.x, p.days)) AS words
      FROM placed p LEFT JOIN number_words w ON w.file_id = ${file.id} AND w.ordinal = p.ordinal AND w.value = p.x),
    edged AS (SELECT *, first_value(words) OVER fifth AS lo, last_value(words) OVER fifth AS hi FROM worded
      WINDOW fifth AS (PARTITION BY label, bin ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
    SELECT label, x, different, words, CAST(round(1e6 * p) AS BIGINT) AS millionths,
      CASE WHEN different <= ${FEW_VALUES} THEN label || ': ' || words
        ELSE (CASE WHEN days THEN ${worded(DATES, 'bin')} ELSE ${worded(SIZES, 'bin')} END) || ' ' || label
          || ' (' || lo || CASE WHEN lo <> hi THEN ' to ' || hi ELSE '' END || ')' END AS text
    FROM edged`);
  // What is the same for everybody tells nobody apart.
  const telling = kind === 3 ? 'AND s.different > 1' : '';
  await workspace.run(`
    INSERT INTO derive_facts
    SELECT d.customer, ${file.number}, s.text, ${kind}, d.column_name, s.words, s.millionths, 1, NULL, 1
    FROM derive_numbers d JOIN derive_scale s ON s.label = d.label AND s.x = d.x ${telling}`);
  await workspace.run('DROP TABLE derive_numbers; DROP TABLE derive_scale');
}
