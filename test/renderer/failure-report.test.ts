import { describe, expect, it } from 'vitest';
import { placeOf, reportOf } from '../../renderer/failure-report.js';

describe('the report of a failure', () => {
  const failure = {
    code: 'unexpected',
    message: `Could not convert string 'jane@example.com' in "age": the file's row can't be read`,
    remedy: 'leave out “Jane Doe”, or try again',
    place: { file: '/home/jane/orders.csv', line: 12, column: 'age' },
  };

  it('holds code, version, place and remedy, but no cell and no folder', () => {
    expect(reportOf(failure, '0.1.0').split('\n')).toEqual([
      'InstructUE 0.1.0',
      'unexpected',
      `Could not convert string "…" in "…": the file's row can't be read`,
      'orders.csv · Line 12 · age',
      'What to do: leave out "…", or try again',
    ]);
  });

  it('shows the whole path in the window', () => {
    expect(placeOf(failure)).toBe('/home/jane/orders.csv · Line 12 · age');
  });
});
