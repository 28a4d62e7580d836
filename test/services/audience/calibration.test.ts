import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitCalibration, rankTarget } from '../../../electron/services/audience/build.js';
import { makeFixture, type Fixture } from './workspace-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture(200);
});
afterAll(() => fixture.workspace.close());

describe('what scores are calibrated on', () => {
  it('leaves out the customers that a tuned ranking learned from', async () => {
    const { workspace, ids, rank, folder } = fixture;
    const file = join(folder, 'outcomes.csv');
    writeFileSync(file, `user_id,y\n${ids.map((id, at) => `${id},${Number(at < 60)}\n`).join('')}`);
    const labels = { file, column: 'y' };
    const target = await rankTarget(workspace, rank, { instruction: 'buys tea' });
    const rate = async (): Promise<number> => {
      const calibration = await fitCalibration(workspace, target, labels);
      const known = target.ranking.userIds.map((id, at) => ({ id, at }));
      return known.reduce((sum, { at }) => sum + calibration.at(target.ranking.scores[at]!), 0) / known.length;
    };
    expect(await rate()).toBeCloseTo(60 / 200, 9);

    await workspace.run(`UPDATE rankings SET instruction_id = 7 WHERE id = ${target.sources[0]!.stored.id}`);
    await workspace.run(`INSERT INTO tuned_examples VALUES ${ids.slice(0, 60).map((id) => `(7, '${id}', 1)`).join(', ')}`); // prettier-ignore
    expect(await rate()).toBe(0);

    await workspace.run(`INSERT INTO tuned_examples VALUES ${ids.slice(60).map((id) => `(7, '${id}', 0)`).join(', ')}`); // prettier-ignore
    await expect(rate()).rejects.toMatchObject({ code: 'labels-examples' });
  });
});
