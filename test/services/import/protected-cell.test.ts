import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protectCell, unprotectCell } from '../../../electron/services/import/protected-cell.js';

describe('protecting cells from spreadsheets', () => {
  it.each(['=1+1', '+49', '-5', '@SUM(A1)', '\t=1', "'=1", '＝1'])('puts an apostrophe before %j', (text) => {
    expect(protectCell(text)).toBe(`'${text}`);
  });

  it('leaves other texts alone', () => {
    expect(['R123', '0012', 'a=b', ''].map(protectCell)).toEqual(['R123', '0012', 'a=b', '']);
  });

  it('can always be undone', () => {
    const risky = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', 'a', '1') });
    fc.assert(
      fc.property(fc.oneof(risky, fc.string()), (text) => {
        expect(unprotectCell(protectCell(text))).toBe(text);
      }),
    );
  });
});
