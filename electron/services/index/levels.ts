import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import type { DerivedFile } from './derived-file.js';
import { joinLevel, KIND, levelSql, numberTexts, type Kind, type Scale } from './scale.js';

const SIZES = ['very low', 'low', 'medium', 'high', 'very high'];
const DATES = ['very early', 'early', 'middle', 'late', 'very late'];
/** A number with no more different values than this is written out; a range of them would say less. */
const FEW_VALUES = 6;

/** One number per customer. `rows` is a query giving customer and x (DOUBLE; a date is in days since 1970). */
export interface Measure {
  /** By which the scale knows it, within its file. */
  name: string;
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
  measures: readonly Measure[],
  file: DerivedFile,
  kind: Kind,
  scale: Scale,
): Promise<void> {
  if (measures.length === 0) return;
  const rows = measures.map(
    ({ name, rows: query }) => `SELECT customer, ${literal(name)} AS measure, x FROM (${query}) WHERE x IS NOT NULL`,
  );
  await workspace.run(`CREATE OR REPLACE TEMP TABLE derive_numbers AS ${rows.join(' UNION ALL ')}`);
  if (scale.measuring) await measureNumbers(workspace, measures, file, kind);
  else await nameFewValues(workspace, measures, file, kind, scale);
  // A number below all that were measured takes the words of the lowest.
  await workspace.run(`
    INSERT INTO derive_facts SELECT coalesce(l.text_id, lowest.text_id), d.customer, ${levelSql('d.x')}, 1, NULL, 1
    FROM derive_numbers d
      JOIN (SELECT measure, arg_min(text_id, x) AS text_id FROM scale_levels WHERE file_id = ${file.id} GROUP BY measure) lowest USING (measure)
      ${joinLevel(scale, file, 'd.measure', 'd.x')}`);
  await workspace.run('DROP TABLE derive_numbers');
}

/** SQL that begins a query with the relation of measures: measure, label, column_name, ordinal, days. */
function withMeasures(measures: readonly Measure[]): string {
  const described = measures.map(
    ({ name, label, columnName, ordinal, isDate }) =>
      `(${literal(name)}, ${label}, ${literal(columnName)}, ${ordinal}, ${isDate})`,
  );
  return `WITH measures(measure, label, column_name, ordinal, days) AS (VALUES ${described.join(', ')})`;
}

/** Measures derive_numbers: percentile and text of every value of every measure. */
async function measureNumbers(
  workspace: Workspace,
  measures: readonly Measure[],
  file: DerivedFile,
  kind: Kind,
): Promise<void> {
  await numberTexts(
    workspace,
    'derive_scale',
    `${withMeasures(measures)},
    counted AS (SELECT measure, x, count(*) AS n FROM derive_numbers GROUP BY measure, x),
    placed AS (SELECT *, sum(n) OVER (PARTITION BY measure ORDER BY x) / sum(n) OVER (PARTITION BY measure) AS reached,
      (sum(n) OVER (PARTITION BY measure ORDER BY x) - n / 2.0) / sum(n) OVER (PARTITION BY measure) AS p, count(*) OVER (PARTITION BY measure) AS different FROM counted),
    worded AS (SELECT p.*, m.label, m.column_name, m.days, least(CAST(floor(p * 5) AS INTEGER), 4) AS bin, coalesce(w.words, in_words(p.x, m.days)) AS raw
      FROM placed p JOIN measures m USING (measure) LEFT JOIN number_words w ON w.file_id = ${file.id} AND w.ordinal = m.ordinal AND w.value = p.x),
    edged AS (SELECT *, first_value(raw) OVER fifth AS lo, last_value(raw) OVER fifth AS hi FROM worded
      WINDOW fifth AS (PARTITION BY measure, bin ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
    SELECT measure, x, raw, column_name, CAST(round(1e6 * p) AS BIGINT) AS millionths, CAST(round(1e6 * reached) AS BIGINT) AS reached,
      CASE WHEN different <= ${FEW_VALUES} THEN label || ': ' || raw
        ELSE (CASE WHEN days THEN ${fifth(DATES)} ELSE ${fifth(SIZES)} END) || ' ' || label
          || ' (' || lo || CASE WHEN lo <> hi THEN ' to ' || hi ELSE '' END || ')' END AS text
    FROM edged ${kind === KIND.aggregate ? '/* what is the same for everybody tells nobody apart */ WHERE different > 1' : ''}`,
    file,
    kind,
  );
  await workspace.run(
    `INSERT INTO scale_levels SELECT ${file.id}, measure, x, millionths, reached, text_id FROM derive_scale; DROP TABLE derive_scale`,
  );
}

/**
 * Adds to the scale what derive_numbers has of measures whose values are written out, each with a text of its own, and
 * the scale has not: its percentile is the share of customers below it.
 */
async function nameFewValues(
  workspace: Workspace,
  measures: readonly Measure[],
  file: DerivedFile,
  kind: Kind,
  scale: Scale,
): Promise<void> {
  await numberTexts(
    workspace,
    'derive_scale',
    `${withMeasures(measures)},
    few AS (SELECT measure FROM scale_levels WHERE file_id = ${file.id} GROUP BY measure HAVING count(*) = count(DISTINCT text_id)),
    unknown AS (SELECT DISTINCT measure, d.x, ${levelSql('d.x')} AS reached
      FROM derive_numbers d SEMI JOIN few USING (measure) ${joinLevel(scale, file, 'd.measure', 'd.x')} WHERE l.x IS DISTINCT FROM d.x)
    SELECT measure, x, reached, coalesce(w.words, in_words(x, days)) AS raw, column_name, label || ': ' || raw AS text
    FROM unknown JOIN measures USING (measure) LEFT JOIN number_words w ON w.file_id = ${file.id} AND w.ordinal = measures.ordinal AND w.value = x`,
    file,
    kind,
  );
  await workspace.run(
    `INSERT INTO scale_levels SELECT ${file.id}, measure, x, reached, reached, text_id FROM derive_scale; DROP TABLE derive_scale`,
  );
}
