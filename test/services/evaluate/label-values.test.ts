import { describe, expect, it } from 'vitest';
import { labelColumns } from '../../../electron/services/evaluate/label-values.js';

describe('columns of labels in a file', () => {
  it('are those that labels can be read from, with both classes, whatever the words', () => {
    const cells = new Map([
      ['id', ['0', '1']],
      ['won', ['won', 'lost']],
      ['flag', ['1', '0']],
      ['answer', ['Ja', 'Nein']],
      ['all', ['1', '1']],
      ['age', ['31', '40']],
    ]);
    const table = { file: 'f.csv', columns: [...cells.keys()], rows: 2, cells };
    expect(labelColumns(table, 'id')).toEqual(['won', 'flag', 'answer']);
  });
});
