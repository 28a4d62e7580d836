import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rateRatio } from '../../../electron/services/evaluate/intervals.js';
import { audienceLifts } from '../../../electron/services/explain/audience-lifts.js';
import { derive } from '../../../electron/services/index/derive.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { tinyWorkspace } from '../tiny-workspace.js';

describe('what an audience has more of', () => {
  let workspace: Workspace;
  let lanterns: string[];

  beforeAll(async () => {
    ({ workspace } = await tinyWorkspace(400));
    await derive(workspace);
    lanterns = (
      await workspace.all<{ id: string }>(
        `SELECT user_id AS id FROM events JOIN strings USING (string) JOIN customers USING (customer)
         WHERE text = 'item: lantern' ORDER BY id LIMIT 40`,
      )
    ).map(({ id }) => id);
  });
  afterAll(() => workspace.close());

  it('is what its members share and the rest has less of, counted right', async () => {
    const { audience, rest, items, compared } = await audienceLifts(workspace, lanterns, 100);
    expect({ audience, rest }).toEqual({ audience: 40, rest: 361 });
    const owners = await workspace.one<{ n: number }>(
      `SELECT count(*) AS n FROM events JOIN strings USING (string) WHERE text = 'item: lantern'`,
    );
    const lantern = items.find(({ text }) => text === 'item: lantern')!;
    expect(lantern).toMatchObject({ source: 'purchases', audience: 40, rest: owners!.n - 40 });
    expect(lantern.lift).toEqual(rateRatio(40, 40, owners!.n - 40, 361));
    expect(compared).toBeGreaterThan(items.length);
  });

  it('has intervals wholly above one, ordered by their lower ends, as many as asked for', async () => {
    const { items } = await audienceLifts(workspace, lanterns, 100);
    const low = items.map(({ lift }) => lift.low);
    expect(low.every((end) => end > 1)).toBe(true);
    expect(low).toEqual(low.toSorted((a, b) => b - a));
    for (const { audience, rest } of items) expect(audience >= 5 && audience + rest >= 10).toBe(true);
    expect((await audienceLifts(workspace, lanterns, 1)).items).toEqual(items.slice(0, 1));
  });

  it('counts ids that are no customers for nothing, and can be asked twice at once', async () => {
    const [some, again] = await Promise.all([
      audienceLifts(workspace, [...lanterns, 'nobody'], 5),
      audienceLifts(workspace, lanterns, 5),
    ]);
    expect(some).toEqual(again);
  });

  it('needs somebody in it, and somebody outside', async () => {
    await expect(audienceLifts(workspace, ['nobody'], 5)).rejects.toMatchObject({ code: 'audience-empty' });
    const all = await workspace.all<{ id: string }>('SELECT user_id AS id FROM customers');
    await expect(
      audienceLifts(
        workspace,
        all.map(({ id }) => id),
        5,
      ),
    ).rejects.toMatchObject({ code: 'audience-everybody' });
  });
});
