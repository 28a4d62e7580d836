import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose, rankerOfRecipe, type Services } from '../../../electron/composition.js';
import { deleteFit, restoreFit, useFit } from '../../../electron/services/fit/fit-versions.js';
import { unattended } from '../../../electron/services/task.js';
import { examplesFromIds } from '../../../electron/services/tune/examples.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';
import { storeFit } from './stored-fit.js';

describe('the fit that an instruction was tuned on', () => {
  let folder: string;
  let services: Services;
  const device = 'cpu';
  const ids = Array.from({ length: 20 }, (_, i) => `c${String(3 * i).padStart(4, '0')}`);

  beforeAll(async () => {
    const tiny = await tinyWorkspace(100);
    folder = tiny.folder;
    tiny.workspace.close();
    services = await compose(join(folder, 'w.instructue'), { models: TINY_MODEL });
    await storeFit(services, 'kept');
    const question = { instruction: 'customers who travel' };
    await services.tune(question, (workspace) => examplesFromIds(workspace, ids), {
      name: 'resp',
      keep: 'always',
      device,
    });
  }, 60_000);
  afterAll(() => {
    services.close();
    rmSync(folder, { recursive: true });
  });

  it('is missed by name when it was deleted, and ranks again once it is back', async () => {
    expect(await deleteFit(services.workspace, 1)).toEqual(['resp@1']);
    const missed = {
      code: 'tuned-fit-deleted',
      message: expect.stringContaining('fit 1, which was deleted') as string,
      remedy: expect.stringContaining('fits --restore 1') as string,
    };
    await expect(services.rankTuned('resp', { device })).rejects.toMatchObject(missed);
    await expect(services.suggest('resp', 3, { device })).rejects.toMatchObject(missed);
    await restoreFit(services.workspace, 1);
    await useFit(services.workspace, 1, services.modelHash());
    await expect(services.rankTuned('resp', { device })).resolves.toMatchObject({ customers: 101 });
  });

  it('is the only one that it ranks by', async () => {
    for (const fit of [1, 'current'] as const)
      await expect(services.rankTuned('resp', { device, fit })).resolves.toMatchObject({ customers: 101 });
    const refused = { code: 'tuned-other-fit', message: expect.stringContaining('was tuned on fit 1') as string };
    await expect(services.rankTuned('resp', { device, fit: 'none' })).rejects.toMatchObject(refused);
    await expect(services.suggest('resp', 3, { device, fit: 7 })).rejects.toMatchObject(refused);
  });

  it('is left to it by a recipe, whose fit is that of untuned instructions', async () => {
    const rank = rankerOfRecipe(services, { device, fit: 'none', hides: [] });
    const models: string[] = [];
    for (const ask of [{ tuned: 'resp' }, { instruction: 'customers who travel' }]) {
      const id = await rank(ask, unattended);
      const row = await services.workspace.one<{ model: string }>('SELECT model FROM rankings WHERE id = $1', [id]);
      models.push(row!.model);
    }
    expect(new Set(models).size).toBe(2);
  });

  it('is not needed while the same one is there under another number', async () => {
    const same = await storeFit(services, 'kept');
    expect(await deleteFit(services.workspace, 1)).toEqual([]);
    await expect(services.rankTuned('resp', { device })).resolves.toMatchObject({ customers: 101 });
    await restoreFit(services.workspace, 1);
    await deleteFit(services.workspace, same);
    await useFit(services.workspace, 1, services.modelHash());
  });
});
