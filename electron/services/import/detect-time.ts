import type { Workspace } from '../workspace/workspace.js';
import type { ColumnFacts, Found } from './roles.js';
import { DATE_FORMATS, timeSql } from './values.js';

const TIME_NAME = /(date|time|timestamp|day|^dt|_dt|_at$|^ts$|when|month|seen|since)/i;
/** Share of the cells from which a column is one of numbers, or of times. */
export const NUMBER_SHARE = 0.95;
/** Different dates on which every format is tried. */
const DATES_TRIED = 500;

/** The role of a column that holds times; undefined of any other. */
export async function timeRole(
  workspace: Workspace,
  sample: string,
  name: string,
  fact: ColumnFacts,
): Promise<Found | undefined> {
  if (fact.iso >= NUMBER_SHARE * fact.filled) return { role: 'time', reason: 'its values are dates', parse: 'iso' };
  if (TIME_NAME.test(name) && fact.epoch >= NUMBER_SHARE * fact.filled && fact.distinctValues > 1) {
    const longest = await workspace.one<{ length: number }>(
      `SELECT max(length(regexp_replace(trim(c${fact.ordinal}), '\\..*', ''))) AS length FROM ${sample}`,
    );
    const digits = longest?.length ?? 0;
    const parse = digits === 8 ? 'compact' : digits <= 10 ? 'epoch-seconds' : 'epoch-milliseconds';
    return { role: 'time', reason: 'its name and values are those of a time', parse };
  }
  if (fact.dateLike < NUMBER_SHARE * fact.filled) return undefined;
  const cell = `trim(c${fact.ordinal})`;
  const counts = DATE_FORMATS.map((format, at) => `count(*) FILTER (${timeSql(cell, format)} IS NOT NULL) AS f${at}`);
  const cells = `SELECT DISTINCT c${fact.ordinal} FROM ${sample} WHERE NOT is_blank(c${fact.ordinal}) ORDER BY hash(c${fact.ordinal}) LIMIT ${DATES_TRIED}`;
  const row = await workspace.one<Record<string, number>>(
    `SELECT count(*) AS tried, ${counts.join(', ')} FROM (${cells})`,
  );
  const read = DATE_FORMATS.map((format, at) => ({ format, count: row?.[`f${at}`] ?? 0 })).reduce((best, next) =>
    next.count > best.count ? next : best,
  );
  if (read.count < NUMBER_SHARE * (row?.tried ?? 0)) return undefined;
  return { role: 'time', reason: `its values are dates written ${spell(read.format)}`, parse: read.format };
}

function spell(format: string): string {
  const words: Record<string, string> = {
    '%Y': 'year',
    '%y': 'year',
    '%m': 'month',
    '%d': 'day',
    '%b': 'month',
    '%B': 'month',
  };
  return format.replaceAll(/%[YymdbB]/g, (code) => words[code] ?? code);
}
