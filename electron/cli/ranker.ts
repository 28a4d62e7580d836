import {
  compose,
  rankerOf,
  rankerOfRecipe,
  type RankOptions as ComposedOptions,
  type Services,
} from '../composition.js';
import type { RankQuestion } from '../services/audience/build.js';
import { parseHide, type Hide } from '../services/index/hide.js';
import type { Workspace } from '../services/workspace/workspace.js';
import { parseFit } from './fit-option.js';

/** Options of every command that ranks. */
export interface RankOptions {
  workspace: string;
  device?: string;
  /** Rows to leave out, as written on the command line; none means as last time. */
  hide?: string[];
  /** As `parseFit` reads it. */
  fit?: string;
}

export interface Ranker {
  workspace: Workspace;
  rank: RankQuestion;
}

/** Opens a workspace with a ranker on it for the time of `work`. */
export async function withRanker<T>(options: RankOptions, work: (ranker: Ranker) => Promise<T>): Promise<T> {
  const hides = options.hide?.map(parseHide);
  const fit = parseFit(options.fit);
  const services = await compose(options.workspace);
  return using(services, work, rankerOf(services, { device: options.device, hides, fit }));
}

/** As `withRanker`, for a recipe: the workspace is made when it is not there, and `hides` are all there are. */
export async function withNewRanker<T>(
  path: string,
  options: ComposedOptions & { hides: Hide[] },
  work: (ranker: Ranker) => Promise<T>,
): Promise<T> {
  const services = await compose(path, { create: true });
  return using(services, work, rankerOfRecipe(services, options));
}

async function using<T>(services: Services, work: (ranker: Ranker) => Promise<T>, rank: RankQuestion): Promise<T> {
  try {
    return await work({ workspace: services.workspace, rank });
  } finally {
    services.close();
  }
}
