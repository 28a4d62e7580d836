import { compose, type Services } from '../composition.js';
import type { RankQuestion } from '../services/audience/build.js';
import { parseHide, type Hide } from '../services/index/hide.js';
import type { QuestionSpec } from '../services/audience/spec.js';
import type { Task } from '../services/task.js';
import type { Workspace } from '../services/workspace/workspace.js';

/** Options of every command that ranks. */
export interface RankOptions {
  workspace: string;
  device: string;
  hide?: string[];
  create?: boolean;
}

/** What composition offers once the rank service is in it. */
interface Ranking {
  rank(question: QuestionSpec, options: { device: string; hides: Hide[] }, task: Task): Promise<{ rankingId: number }>;
}

/** Opens a workspace with a ranker on it for the time of `work`. */
export async function withRanker<T>(
  options: RankOptions,
  work: (tools: { workspace: Workspace; rank: RankQuestion }) => Promise<T>,
): Promise<T> {
  const hides = (options.hide ?? []).map(parseHide);
  const services = (await compose(options.workspace, { create: options.create ?? false })) as Services & Ranking;
  const rank: RankQuestion = async (question, task) =>
    (await services.rank(question, { device: options.device, hides }, task)).rankingId;
  try {
    return await work({ workspace: services.workspace, rank });
  } finally {
    services.close();
  }
}
