import * as messages from '../../ipc/fit.js';
import { usualMinutes } from '../../services/fit/plan.js';
import { LEAST_QUESTIONS, type Opening } from '../../services/fit/judge.js';
import { bestStep, deleteFit, listFits, restoreFit, useFit, type FitVersion } from '../../services/fit/fit-versions.js';
import { overviewOf } from '../../services/import/overview.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

function opening({ questions, auc, gain, error }: Opening): messages.Opening {
  return { questions, isTold: questions >= LEAST_QUESTIONS, shipped: auc[0]!, best: Math.max(...auc), gain, error };
}

function shown({
  id,
  state,
  outdated,
  current,
  startedAt,
  seconds,
  step,
  plan,
  curve,
  verdict,
}: FitVersion): messages.Fit {
  return {
    id,
    state: state === 'running' ? 'stopped' : state,
    isOutdated: outdated,
    isCurrent: current,
    startedAt,
    seconds,
    step,
    steps: plan.steps,
    customers: plan.customers,
    heldBack: plan.heldBack,
    judging: plan.judging,
    bestStep: bestStep(curve),
    curve: curve.map((point) => ({ step: point.step, score: point.score })),
    verdict: verdict && { ...opening(verdict), named: opening(verdict.named) },
  };
}

export function handleFit(shell: Shell): void {
  const { session, tasks } = shell;

  handle(messages.estimateFit, async () => ({ minutes: usualMinutes((await overviewOf(session.reader())).customers) }));
  handle(messages.startFit, ({ taskId, minutes, fresh }) =>
    tasks.run(taskId, 'Learn from my customers', (task) =>
      session.change(task, async (services) =>
        shown(await services.fit({ minutes: minutes ?? undefined, fresh }, task)),
      ),
    ),
  );
  handle(messages.listFits, async () => (await listFits(session.reader(), session.modelHash())).map(shown));
  handle(messages.useFit, ({ id }) =>
    session.edit(({ workspace, modelHash }) => useFit(workspace, id ?? undefined, modelHash())),
  );
  handle(messages.deleteFit, ({ id }) =>
    session.edit(async ({ workspace }) => ({ tuned: await deleteFit(workspace, id) })),
  );
  handle(messages.restoreFit, ({ id }) => session.edit(({ workspace }) => restoreFit(workspace, id)));
}
