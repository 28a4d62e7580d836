import { expect, it } from 'vitest';
import type { SourceOverview } from '../../electron/ipc/data.js';
import { exampleInstructions } from '../../renderer/examples.js';

function source(kind: SourceOverview['kind'], ...items: string[]): SourceOverview {
  const counts = { fileId: 1, accepted: 9, rejected: 0, duplicates: 0, customers: 3 };
  const frequent = items.map((item, at) => ({ text: item, count: 9 - at }));
  return { ...counts, kind, name: `${kind}.csv`, from: null, to: null, columns: [], frequent };
}

it('takes what is most frequent of each source in turn, with its verb', () => {
  expect(
    exampleInstructions([
      source('apps', 'NumWebVisitsMonth', 'NumStorePurchases'),
      source('labels'),
      source('profile', 'Graduation', 'PhD'),
      source('purchases', 'PARTY BUNTING', 'Wines', 'Fruits'),
    ]),
  ).toEqual([
    'Customers who use num web visits month',
    'Customers who buy party bunting',
    'Customers who use num store purchases',
    'Customers who buy wines',
    'Customers who use num web visits month but not num store purchases',
  ]);
});

it('offers nothing of data without events', () => {
  expect(exampleInstructions([source('profile', 'north', 'south'), source('paths')])).toEqual([]);
  expect(exampleInstructions([source('paths', '/basket')])).toEqual(['Customers who visit /basket']);
});

it('does not say that somebody buys a status', () => {
  const column = { name: 'repayment_status', role: 'text' as const, reason: '' };
  expect(exampleInstructions([{ ...source('purchases', 'paid in full'), columns: [column] }])).toEqual([
    'Customers with repayment status paid in full',
  ]);
});
