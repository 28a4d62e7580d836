import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compose, type Services } from '../../../electron/composition.js';
import { listFits, useFit } from '../../../electron/services/fit/fit-versions.js';
import { TINY_MODEL, tinyWorkspace } from '../tiny-workspace.js';
import { storeFit } from './stored-fit.js';

describe('a paused fit', () => {
  let folder: string;
  let services: Services;

  beforeEach(async () => {
    const tiny = await tinyWorkspace(40);
    folder = tiny.folder;
    tiny.workspace.close();
    services = await compose(join(folder, 'w.instructue'), { models: TINY_MODEL });
    await storeFit(services, 'paused');
  });
  afterEach(() => {
    services.close();
    rmSync(folder, { recursive: true });
  });

  const listed = async () => (await listFits(services.workspace, services.modelHash()))[0];
  const used = () => useFit(services.workspace, 1, services.modelHash());

  it('can go on while data and model are the same', async () => {
    expect(await listed()).toMatchObject({ state: 'running', outdated: false });
    await expect(used()).rejects.toMatchObject({
      code: 'fit-unfinished',
      remedy: 'let it go on with `fit` first',
    });
  });

  it('is outdated as soon as the data change, and says what to do instead', async () => {
    writeFileSync(join(folder, 'more.csv'), 'customer_id,item,amount,date\nc0001,lamp,9,2024-04-01\n');
    await services.importFiles([{ kind: 'purchases', path: join(folder, 'more.csv') }]);
    expect(await listed()).toMatchObject({ state: 'running', outdated: true });
    await expect(used()).rejects.toMatchObject({ remedy: expect.stringContaining('fits --delete 1') as string });
    await services.prepare({ device: 'cpu' });
    expect(await listed()).toMatchObject({ outdated: true });
  });

  it('is outdated under another model', async () => {
    expect((await listFits(services.workspace, 'another'))[0]).toMatchObject({ outdated: true });
  });
});
