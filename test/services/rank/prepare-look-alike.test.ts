import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../electron/engine/engine.js';
import { countOwners } from '../../../electron/services/index/events.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { sampledCustomers, sampleEvents } from '../../../electron/services/index/read-index.js';
import { readStringFacts } from '../../../electron/services/index/string-store.js';
import { prepareLookAlike } from '../../../electron/services/rank/prepare-look-alike.js';
import type { Direction, ReadQuestion } from '../../../electron/services/rank/question.js';
import { prepareSide, type Side } from '../../../electron/services/rank/side.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';

const TOTAL = 1501;
const SAMPLE = 6;

describe('likeness in a base that is larger than its sample', () => {
  let workspace: Workspace;
  let engine: Engine;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    ({ workspace } = await tinyWorkspace(TOTAL - 1));
    await prepare(workspace, engine);
  });
  afterAll(async () => {
    await engine.release();
    workspace.close();
  });

  /** The side of a question about something that nobody of the sample has, though others do. */
  async function sideOf(direction: Direction): Promise<Side> {
    const sampled = sampledCustomers(TOTAL, SAMPLE).join(', ');
    const rare = await workspace.one<{ text: string }>(
      `SELECT text FROM strings JOIN events USING (string) WHERE kind = 0 AND string NOT IN
       (SELECT string FROM events WHERE customer IN (${sampled})) GROUP BY text HAVING count(*) >= 7 ORDER BY count(*), text`,
    );
    expect(rare).toBeDefined();
    const read = {
      understanding: { direction },
      directions: Float32Array.from(engine.model.directions, (name) => Number(name === direction)),
      wanted: await engine.embedTexts([rare!.text]),
      unwanted: new Float32Array(0),
    } as ReadQuestion;
    const sample = await sampleEvents(workspace, TOTAL, SAMPLE);
    return prepareSide(workspace, engine, read, await readStringFacts(workspace), sample);
  }

  it('is learned from owners that are not in the sample', async () => {
    const sample = await sampleEvents(workspace, TOTAL, SAMPLE);
    const side = await sideOf('present');
    const { lookAlike: found } = await prepareLookAlike(workspace, engine, side, sample, TOTAL);
    expect(found!.weights.present.some((weight) => weight > 0)).toBe(true);
    expect(found!.scale).toBeGreaterThan(0);
    // The sample alone has no owner to learn from.
    expect((await prepareLookAlike(workspace, engine, side, sample, SAMPLE)).lookAlike).toBeUndefined();
  });

  it('leaves out what nobody has any more', async () => {
    const sample = await sampleEvents(workspace, TOTAL, SAMPLE);
    const side = await sideOf('present');
    const { string } = (await workspace.one<{ string: number }>('SELECT max(string) AS string FROM strings'))!;
    await workspace.run(`DELETE FROM events WHERE string = ${string}`);
    await countOwners(workspace);
    const wanted = side.cosines.wanted.map((row) => row.map((value, at) => (at === string ? 1 : 0.85 * value)));
    const { lookAlike: found } = await prepareLookAlike(
      workspace,
      engine,
      { ...side, cosines: { ...side.cosines, wanted } },
      sample,
      TOTAL,
    );
    expect(found!.degree[string]).toBe(0);
    expect(found!.owners).toBeGreaterThanOrEqual(3);
  });

  it('says nothing where the instruction is about staying or leaving', async () => {
    const sample = await sampleEvents(workspace, TOTAL, SAMPLE);
    const { lookAlike, heldBack } = await prepareLookAlike(workspace, engine, await sideOf('inactive'), sample, TOTAL);
    expect([lookAlike, heldBack]).toEqual([undefined, []]);
  });
});
