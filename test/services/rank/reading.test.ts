import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFolder } from '../../../electron/composition.js';
import { Engine } from '../../../electron/engine/engine.js';
import { prepare } from '../../../electron/services/index/prepare.js';
import { readAhead } from '../../../electron/services/rank/reading.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';
import { tinyWorkspace } from '../tiny-workspace.js';

/** The shipped model: what is tested here is how it reads. */
describe('a question read ahead', () => {
  let workspace: Workspace;
  let folder: string;
  let engine: Engine;

  beforeAll(async () => {
    ({ workspace, folder } = await tinyWorkspace(40));
    engine = await Engine.load(modelFolder(), 'cpu');
  });
  afterAll(async () => {
    workspace.close();
    await engine.release();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read before anything is encoded', async () => {
    const { phrases, understanding, hints } = await readAhead(workspace, engine, {
      instruction: 'customers who buy candles',
    });
    expect(understanding.answer).toContain('candles');
    expect(phrases).toEqual([{ phrase: 'candles', isWanted: true, doubt: null, nearest: [] }]);
    // Silence about what the data lack would pass for approval.
    expect(hints).toEqual(['unchecked']);
  });

  it('names what comes nearest in the data', async () => {
    await prepare(workspace, engine);
    const { phrases, hints } = await readAhead(workspace, engine, {
      instruction: 'Customers who buy candles but not garden chairs',
    });
    const [wanted, unwanted] = phrases;
    expect(wanted).toMatchObject({ phrase: 'candles', isWanted: true });
    expect(wanted!.nearest[0]!.text).toContain('candle');
    expect(wanted!.nearest[0]!.customers).toBeGreaterThan(0);
    expect(unwanted!.isWanted).toBe(false);
    expect(unwanted!.nearest[0]!.text).toContain('garden chair');
    expect(hints).toEqual(['negation-read']);
  });

  it('says when nothing in the data is called so', async () => {
    const { hints } = await readAhead(workspace, engine, { instruction: 'Customers who buy volcanology textbooks' });
    expect(hints).toEqual(['absent']);
  });

  it('says of which phrase it is', async () => {
    const { phrases, hints } = await readAhead(workspace, engine, {
      instruction: 'Customers who buy candles and spaceships',
    });
    expect(phrases.map(({ phrase, doubt }) => [phrase, doubt])).toEqual([
      ['candles', null],
      ['spaceships', 'absent'],
    ]);
    expect(hints).toEqual(['absent']);
  });

  it('says that praise is too vague, rather than that nothing is called so', async () => {
    for (const instruction of [
      'Good customers',
      'Our best customers',
      'valuable clients',
      'Find me interesting people',
    ])
      expect((await readAhead(workspace, engine, { instruction })).hints).toEqual(['vague']);
    const { phrases } = await readAhead(workspace, engine, { instruction: 'Good customers who buy candles' });
    expect(phrases.map(({ phrase, doubt }) => [phrase, doubt])).toEqual([
      ['Good', 'vague'],
      ['candles', null],
    ]);
  });

  it('says that who leaves is guessed where nothing is known of what customers do', async () => {
    const asked = { instruction: 'customers who are likely to leave us' };
    expect((await readAhead(workspace, engine, asked)).hints).toEqual([]);
    await workspace.run('CREATE TABLE kept AS FROM strings; DELETE FROM strings WHERE source <> 5');
    expect((await readAhead(workspace, engine, asked)).hints).toEqual(['guessed']);
    await workspace.run('DELETE FROM strings; INSERT INTO strings FROM kept; DROP TABLE kept');
  });

  it('refuses an empty one', async () => {
    await expect(readAhead(workspace, engine, { instruction: ' ' })).rejects.toMatchObject({
      code: 'instruction-empty',
    });
  });
});
