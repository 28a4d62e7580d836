import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { KIND, numberTexts, type Kind } from './scratch.js';
import type { DerivedFile } from './facts.js';

const SIZES = ['very low', 'low', 'medium', 'high', 'very high'];
const DATES = ['very early', 'early', 'middle', 'late', 'very late'];
/** A number with no more different values than this is written out; a range of them would say less. */
const FEW_VALUES = 6;

/** One number per customer. `rows` is a query giving customer and x (DOUBLE; a date is in days since 1970). */
export interface Measure {
  /** SQL of its name in words. */
  label: string;
  columnName: string;
  /** Column whose own way of writing x ("30-40") is looked up; 0 for a summary. */
  ordinal: number;
  isDate: boolean;
  rows: string;
}

function fifth(words: string[]): string {
  return `CASE bin ${words.map((word, at) => `WHEN ${at} THEN '${word}'`).join(' ')} END`;
}

/**
 * One fact per number: its percentile over the customers who have it (midpoint of ties), and in words the fifth of them it
 * lies in, "high age (45 to 58)", or the number itself where there are few different ones, "children: 2".
 * Tied customers always fall into the same fifth, so a fifth may be empty.
 */
export async function addNumbers(
  workspace: Workspace,
  measures: Measure[],
  file: DerivedFile,
  kind: Kind,
): Promise<void> {
  if (measures.length === 0) return;
  const described = measures.map(
    ({ label, columnName, ordinal, isDate }, at) => `(${at}, ${label}, ${literal(columnName)}, ${ordinal}, ${isDate})`,
  );
  const rows = measures.map(
    (measure, at) => `SELECT customer, ${at} AS measure, x FROM (${measure.rows}) WHERE x IS NOT NULL`,
  );
  await workspace.run(`CREATE OR REPLACE TEMP TABLE derive_numbers AS ${rows.join(' UNION ALL ')}`);
  await numberTexts(
    workspace,
    'derive_scale',
    `WITH measures(measure, label, column_name, ordinal, days) AS (VALUES ${described.join(', ')}),
    counted AS (SELECT measure, x, count(*) AS n FROM derive_numbers GROUP BY measure, x),
    placed AS (SELECT *, (sum(n) OVER (PARTITION BY measure ORDER BY x) - n / 2.0) / sum(n) OVER (PARTITION BY measure) AS p, count(*) OVER (PARTITION BY measure) AS different FROM counted),
    worded AS (SELECT p.*, m.label, m.column_name, m.days, least(CAST(floor(p * 5) AS INTEGER), 4) AS bin, coalesce(w.words, in_words(p.x, m.days)) AS raw
      FROM placed p JOIN measures m USING (measure) LEFT JOIN number_words w ON w.file_id = ${file.id} AND w.ordinal = m.ordinal AND w.value = p.x),
    edged AS (SELECT *, first_value(raw) OVER fifth AS lo, last_value(raw) OVER fifth AS hi FROM worded
      WINDOW fifth AS (PARTITION BY measure, bin ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
    SELECT measure, x, raw, column_name, CAST(round(1e6 * p) AS BIGINT) AS millionths,
      CASE WHEN different <= ${FEW_VALUES} THEN label || ': ' || raw
        ELSE (CASE WHEN days THEN ${fifth(DATES)} ELSE ${fifth(SIZES)} END) || ' ' || label
          || ' (' || lo || CASE WHEN lo <> hi THEN ' to ' || hi ELSE '' END || ')' END AS text
    FROM edged ${kind === KIND.aggregate ? '/* what is the same for everybody tells nobody apart */ WHERE different > 1' : ''}`,
    file.number,
    kind,
  );
  await workspace.run(`
    INSERT INTO derive_facts SELECT s.text_id, d.customer, s.millionths, 1, NULL, 1
    FROM derive_numbers d JOIN derive_scale s ON s.measure = d.measure AND s.x = d.x`);
  await workspace.run('DROP TABLE derive_numbers; DROP TABLE derive_scale');
}
