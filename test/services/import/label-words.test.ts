import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { labelReader } from '../../../electron/services/evaluate/label-values.js';
import { labelSql, NEGATIVE, POSITIVE, SIGNED } from '../../../electron/services/import/label-words.js';

describe('labels of an import', () => {
  const others = [
    '-1',
    '1.0',
    '-1.00',
    '01',
    '10',
    'maybe',
    'gold',
    '2',
    'SÍ',
    ' Not-Churned ',
    'not  converted',
    'YES',
  ];

  it.each([
    ['0', null],
    ['-1', SIGNED],
  ])('are those of an evaluation, in SQL, where %s is having no target', async (negative, parse) => {
    const words = [...POSITIVE, ...NEGATIVE, ...others].filter((word) => parse === null || word !== '0');
    // The reader is told by the column which of the two is meant.
    const reader = labelReader([...words, negative]);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const rows = await connection.runAndReadAll(
      `SELECT ${labelSql('v', parse)} FROM (SELECT unnest([${words.map((word) => `'${word}'`).join(', ')}]) AS v)`,
    );
    expect(rows.getColumns()[0]).toEqual(words.map((word) => reader.read(word) ?? null));
  });
});
