import { AppError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { loadRanking } from '../audience/workspace-data.js';
import { activityRanking } from './activity.js';
import { evaluateRankings, type Evaluation } from './evaluate.js';
import { collectLabels, type LabelSet } from './labels.js';

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

/**
 * Evaluates a stored ranking, and the activity count beside it, on imported labels.
 * @throws AppError as importedLabels, and what evaluateRankings throws
 */
export async function evaluateStored(workspace: Workspace, rankingId: number, label: string): Promise<Evaluation> {
  const labels = await importedLabels(workspace, label);
  const { instruction, userIds, scores } = await loadRanking(workspace, rankingId);
  const scored = userIds.map((user_id, i) => ({ user_id, score: scores[i] ?? 0 }));
  return evaluateRankings(
    [
      { name: instruction, scored },
      { name: 'activity count', scored: await activityRanking(workspace) },
    ],
    labels,
  );
}
