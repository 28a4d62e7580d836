import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { loadRanking } from '../audience/workspace-data.js';
import { activityRanking } from './activity.js';
import { evaluateRankings, type Evaluation, type NamedRanking } from './evaluate.js';
import { collectLabels, withoutExamples, type LabelSet } from './labels.js';

/** Names of the outcomes that were imported as labels. */
export async function labelNames(workspace: Workspace): Promise<string[]> {
  const rows = await workspace.all<{ name: string }>('SELECT DISTINCT name FROM labels ORDER BY name');
  return rows.map(({ name }) => name);
}

/** Outcomes imported under a name. @throws AppError labels-missing, labels-contradiction */
export async function importedLabels(workspace: Workspace, label: string): Promise<LabelSet> {
  const rows = await workspace.all<{ id: string; label: string }>(
    'SELECT user_id AS id, CAST(value AS VARCHAR) AS label FROM labels WHERE name = $1 ORDER BY user_id',
    [label],
  );
  if (rows.length === 0) {
    throw new AppError('labels-missing', `There are no labels named "${label}"`, 'import a file of labels');
  }
  return collectLabels(
    rows.map((row, at) => ({ row: at + 1, ...row })),
    label,
    label,
  );
}

/** How well stored rankings foretell an outcome. */
export interface StoredEvaluation extends Evaluation {
  /** Labelled customers that are not scored, because they taught one of the rankings. */
  examplesLeftOut: number;
}

/**
 * Evaluates stored rankings, in the order given, and the activity count after them, on imported labels. Customers that a
 * tuned one of them learned from are left out for all.
 * @throws AppError as importedLabels, labels-examples, and what evaluateRankings throws
 */
export async function evaluateStored(
  workspace: Workspace,
  rankingIds: readonly number[],
  label: string,
): Promise<StoredEvaluation> {
  const all = await importedLabels(workspace, label);
  const labels = withoutExamples(all, await examplesOf(workspace, rankingIds));
  const rankings: NamedRanking[] = [];
  for (const id of rankingIds) {
    const { instruction, userIds, scores } = await loadRanking(workspace, id);
    rankings.push({ name: instruction, scored: userIds.map((user_id, i) => ({ user_id, score: scores[i] ?? 0 })) });
  }
  rankings.push({ name: 'activity count', scored: await activityRanking(workspace) });
  return { ...evaluateRankings(rankings, labels), examplesLeftOut: all.values.size - labels.values.size };
}

/** Customers that the tuned ones among the rankings learned from. */
export async function examplesOf(workspace: Workspace, rankingIds: readonly number[]): Promise<{ userId: string }[]> {
  return workspace.all<{ userId: string }>(
    `SELECT DISTINCT user_id AS "userId" FROM tuned_examples
     WHERE instruction_id IN (SELECT instruction_id FROM rankings WHERE id IN (${rankingIds.map(Number).join(', ')}))`,
  );
}
