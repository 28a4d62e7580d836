import { many } from './plural.js';

/** Words of what the Data step shows of a file's contents. */
export const dataText = {
  undecided:
    'The model would be shown columns that may be sensitive. Those kept from it still serve fairness and consent.',
  keepAll: 'Keep all from the model',
  shrinking: {
    title: (name: string) => `Replace ${name}?`,
    rows: (now: string, then: string) => `${now} rows now → ${then} in the new file`,
    hint: (file: string) =>
      `${file} would leave fewer than half of the rows, and what is replaced cannot be brought back here. Is it the file that you meant?`,
    keep: 'Keep the rows there are',
    replace: 'Replace them',
  },
  coverage: (percent: string) => `${percent} % of all`,
  numbers: 'Numbers',
  range: (low: string, median: string, high: string) => `${low} to ${high}, median ${median}`,
  isLog: 'log axis',
  logHint: 'The axis is logarithmic: each bar is as many times as wide as the one before.',
  empty: (count: string) => `${count} empty`,
  rows: (count: string) => many(count, 'row'),
  bin: (from: string, to: string) => (from === to ? from : `${from} to ${to}`),
  told: (column: string, range: string, axis: string) => `${column}: ${range}${axis}`,
  more: (count: string) => `Show all ${count} numbers`,
  fewer: 'Show fewer',
};
