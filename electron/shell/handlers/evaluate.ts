import * as messages from '../../ipc/evaluate.js';
import { evaluateStored, labelNames } from '../../services/evaluate/workspace-labels.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

export function handleEvaluate({ session }: Shell): void {
  handle(messages.listLabels, () => labelNames(session.reader()));
  handle(messages.evaluateRanking, async ({ rankingId, label }) => {
    const { rankings } = await evaluateStored(session.reader(), rankingId, label);
    const { customers, positives } = rankings[0]!.metrics;
    return {
      customers,
      positives,
      rankings: rankings.map(({ name, metrics }, at) => ({
        instruction: at === 0 ? name : null,
        auc: metrics.auc,
        ks: metrics.ks,
        lifts: metrics.cuts.map(({ percent, lift }) => ({ percent, lift })),
      })),
    };
  });
}
