import { DuckDBInstance } from '@duckdb/node-api';
import { literal } from '../workspace/sql.js';
import { defineValueMacros, numberSql } from './values.js';

/**
 * The numbers of a column's cells, written as an import reads them: plain, with English separators or with a decimal comma,
 * whichever reads the most cells. A gap ("", "n/a", "-") is 0; undefined is no number.
 */
export async function readNumbers(cells: readonly string[]): Promise<(number | undefined)[]> {
  const texts = cells.map((cell) => cell.trim());
  const plain = texts.map(Number);
  if (plain.every(Number.isFinite)) return plain;
  // A column has far fewer ways of writing amounts than rows, and each becomes part of a statement.
  const distinct = [...new Set(texts)];
  const numbers = await readTexts(distinct);
  const byText = new Map(distinct.map((text, i) => [text, numbers[i]]));
  return texts.map((text) => byText.get(text));
}

async function readTexts(texts: readonly string[]): Promise<(number | undefined)[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await defineValueMacros(connection);
    const list = `[${texts.map(literal).join(',')}]::VARCHAR[]`;
    const reader = await connection.runAndReadAll(`
      WITH cells AS (SELECT s, i, is_gap(s) AS gap, number_core(s) AS core
        FROM (SELECT unnest(${list}) AS s, generate_subscripts(${list}, 1) AS i))
      SELECT gap, ${numberSql('s', 'plain')}, ${numberSql('core', 'english')}, ${numberSql('core', 'european')}
      FROM cells ORDER BY i`);
    const [gaps = [], ...styles] = reader.getColumns() as [boolean[], ...(number | null)[][]];
    const count = (values: (number | null)[]): number => values.filter((value) => value !== null).length;
    const best = styles.reduce((most, next) => (count(next) > count(most) ? next : most));
    return best.map((value, i) => (gaps[i] ? 0 : value !== null && Number.isFinite(value) ? value : undefined));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
