import * as messages from '../../ipc/evaluate.js';
import { evaluateStored, labelNames } from '../../services/evaluate/workspace-labels.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

export function handleEvaluate({ session, tasks }: Shell): void {
  handle(messages.listLabels, () => labelNames(session.reader()));
  handle(messages.evaluateRankings, async ({ rankingIds, label }) => {
    const { rankings, examplesLeftOut } = await evaluateStored(session.reader(), rankingIds, label);
    const { customers, positives } = rankings[0]!.metrics;
    return {
      customers,
      positives,
      examplesLeftOut,
      rankings: rankings.map(({ metrics, gains, deciles }, at) => ({
        rankingId: rankingIds[at] ?? null,
        auc: metrics.auc,
        ks: metrics.ks,
        cuts: metrics.cuts,
        gains,
        deciles,
      })),
    };
  });
  handle(messages.rankingStability, ({ taskId, rankingId }) =>
    tasks.run(taskId, 'Draw events anew', (task) => session.explainer().stability(rankingId, task)),
  );
}
