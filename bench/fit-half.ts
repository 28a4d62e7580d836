// "Learn from my customers" on one half of a set's customers, nothing hidden, no label read: what the other half is ranked by.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../electron/composition.js';
import { chosenFit, type StoredFit } from '../electron/services/fit/fit-store.js';
import { listFits, type FitVersion } from '../electron/services/fit/fit-versions.js';
import { cutSet, unseenModel } from './benchmark-set.js';

export interface HalfOptions {
  data: string;
  cache: string;
  /** At most so many customers of a half. */
  customers: number;
  /** Steps of the fit. */
  steps: number;
}

/** The fit of a set's first half by a model that has not seen the set; one that was stopped goes on, one that is done is read. */
export async function fitFirstHalf(
  set: string,
  options: HalfOptions,
): Promise<{ fit: StoredFit; version: FitVersion }> {
  const { data, cache, customers, steps } = options;
  const models = unseenModel(set, cache);
  const path = join(cache, `${set}.fit-half.${customers}.${steps}.instructue`);
  const begun = existsSync(path);
  const services = await compose(path, { create: !begun, models });
  try {
    if (!begun) await services.importFiles(await cutSet(data, set, customers, cache, 0));
    const { model } = await services.engine('cpu');
    const done = (await listFits(services.workspace, model.hash)).find(({ state }) => state !== 'running');
    const version = done ?? (await services.fit({ steps, device: 'cpu' }));
    return { fit: (await chosenFit(services.workspace, version.id, model.hash))!, version };
  } finally {
    services.close();
  }
}
