import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { customerRows } from '../../../electron/services/explain/customer-rows.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { writtenWorkspace } from '../written-workspace.js';

let workspace: Workspace;
let remove: () => void;

beforeEach(async () => {
  ({ workspace, remove } = await writtenWorkspace({
    purchases: 'user_id,day,product,amount\n01,2026-01-03,mug,12\n01,2026-02-04,cup,11.5\n02,2026-02-05,mug,12\n',
    profile: 'user_id,country\n01,France\n02,Spain\n',
    labels: 'user_id,bought\n01,1\n02,0\n',
  }));
});
afterEach(() => remove());

describe('what is known of a customer', () => {
  it('is every row of every source, the newest first, without the labels', async () => {
    expect(await customerRows(workspace, '01')).toEqual([
      {
        kind: 'purchases',
        name: 'purchases.csv',
        total: 2,
        columns: ['day', 'product', 'amount'],
        rows: [
          ['2026-02-04', 'cup', '11.5'],
          ['2026-01-03', 'mug', '12'],
        ],
      },
      { kind: 'profile', name: 'profile.csv', total: 1, columns: ['country'], rows: [['France']] },
    ]);
  });

  it('is nothing for an id that nobody has', async () => {
    expect(await customerRows(workspace, "x' OR true --")).toEqual([]);
  });
});
