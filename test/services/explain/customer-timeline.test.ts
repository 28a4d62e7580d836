import { afterEach, beforeEach, expect, it } from 'vitest';
import { customerTimeline } from '../../../electron/services/explain/customer-timeline.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { writtenWorkspace } from '../written-workspace.js';

let workspace: Workspace;
let remove: () => void;

beforeEach(async () => {
  const goods = ['cup', 'mug', 'cup', 'pot', 'jug', 'pan'].map((good) => `01,2026-02-04,${good},2\n`).join('');
  ({ workspace, remove } = await writtenWorkspace({
    purchases: `user_id,day,product,amount\n01,2026-01-03,mug,12\n${goods}02,2026-02-05,mug,12\n01,,lamp,3\n`,
    paths:
      'user_id,visited_at,seconds\n01,2026-02-04 09:00:00,40\n01,2026-01-20 10:00:00,7.5\n02,2026-01-20 10:00:00,8\n',
    profile: 'user_id,country,first_seen\n01,France,2025-12-01\n02,Spain,2025-12-02\n',
  }));
});
afterEach(() => remove());

it('tells what the dated sources say in one order, each thing of a day once, without the profile', async () => {
  expect(await customerTimeline(workspace, '01')).toEqual([
    { day: '2026-02-04', kind: 'purchases', what: ['cup', 'mug', 'pot', 'jug'], more: 1 },
    { day: '2026-02-04', kind: 'paths', what: ['seconds 40'], more: 0 },
    { day: '2026-01-20', kind: 'paths', what: ['seconds 7.5'], more: 0 },
    { day: '2026-01-03', kind: 'purchases', what: ['mug'], more: 0 },
  ]);
});

it('is empty for an id that nobody has', async () => {
  expect(await customerTimeline(workspace, "x' OR true --")).toEqual([]);
});
