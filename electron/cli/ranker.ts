import { compose } from '../composition.js';
import type { RankQuestion } from '../services/audience/build.js';
import { parseHide, type Hide } from '../services/index/hide.js';
import type { Workspace } from '../services/workspace/workspace.js';

/** Options of every command that ranks. */
export interface RankOptions {
  workspace: string;
  device?: string;
  /** Rows to leave out, as written on the command line; none means as last time. */
  hide?: string[];
}

export interface Ranker {
  workspace: Workspace;
  rank: RankQuestion;
}

/** Opens a workspace with a ranker on it for the time of `work`. */
export async function withRanker<T>(options: RankOptions, work: (ranker: Ranker) => Promise<T>): Promise<T> {
  return rankOn(
    options.workspace,
    options.device,
    options.hide?.length ? options.hide.map(parseHide) : undefined,
    work,
  );
}

/** As `withRanker`, for a recipe: the workspace is made when it is not there, and `hides` are all there are. */
export async function withNewRanker<T>(
  path: string,
  device: string | undefined,
  hides: Hide[],
  work: (ranker: Ranker) => Promise<T>,
): Promise<T> {
  return rankOn(path, device, hides, work, true);
}

async function rankOn<T>(
  path: string,
  device: string | undefined,
  hides: Hide[] | undefined,
  work: (ranker: Ranker) => Promise<T>,
  create = false,
): Promise<T> {
  const services = await compose(path, { create });
  const rank: RankQuestion = async (question, task) =>
    (await services.rank(question, { device, hides }, task)).rankingId;
  try {
    return await work({ workspace: services.workspace, rank });
  } finally {
    services.close();
  }
}
