import type { Question } from '../../ipc/rank.js';
import * as messages from '../../ipc/tune.js';
import { readLabels } from '../../services/evaluate/evaluate.js';
import { inspectFile } from '../../services/import/inspect.js';
import { listRankings } from '../../services/rank/list-rankings.js';
import { examplesFromLabels, examplesFromSeeds } from '../../services/tune/examples.js';
import { listTuned, type TunedVersion } from '../../services/tune/tuned-store.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

const NAME_LENGTH = 60;

/** Versions are told apart by a number after "@", which a name therefore cannot hold. */
const nameOf = ({ instruction }: Question): string => instruction.trim().slice(0, NAME_LENGTH).replaceAll('@', ' ');

function shown({ name, version, question, inUse, kind, counts, before, after, createdAt }: TunedVersion) {
  const { positives, negatives, unlabelled, unknown } = counts;
  const others = kind === 'labels' ? negatives : unlabelled;
  const { instruction } = question;
  return { name, version, instruction, inUse, kind, positives, others, unknown, before, after, createdAt };
}

export function handleTune(shell: Shell): void {
  const { session, grants, tasks } = shell;

  handle(messages.chooseExamples, async () => {
    const [file] =
      (await shell.askToOpen({
        title: 'Choose example customers',
        properties: ['openFile'],
        filters: [{ name: 'Tables', extensions: ['csv', 'tsv', 'txt', 'gz', 'parquet'] }],
      })) ?? [];
    if (!file) return null;
    const { columns } = await session.change(({ workspace }) => inspectFile(workspace, file));
    const labels = columns.filter(({ role }) => role === 'label').map(({ name }) => name);
    return { file: grants.grant(file), labels };
  });

  handle(messages.startTuning, ({ taskId, question, handle: chosen, label }) => {
    const file = grants.pathOf(chosen);
    return tasks.run(taskId, 'Tune the instruction', async (task) => {
      // Whatever is wrong with the labels is told before anything long is done.
      const labels = label === null ? undefined : await readLabels(file, label);
      return session.change(async (services) => {
        const { tuned } = await services.tune(
          question,
          (workspace) => (labels ? examplesFromLabels(workspace, labels) : examplesFromSeeds(workspace, file)),
          { name: nameOf(question) },
          task,
        );
        return shown(tuned);
      });
    });
  });

  handle(messages.listTuned, async () => (await listTuned(session.reader())).map(shown));

  handle(messages.rankTuned, ({ taskId, name, version }) =>
    tasks.run(taskId, 'Rank customers', (task) =>
      session.change(async (services) => {
        const { rankingId, understanding } = await services.rankTuned(`${name}@${version}`, {}, task);
        const ranking = (await listRankings(services.workspace)).find((stored) => stored.rankingId === rankingId);
        if (!ranking) throw new Error('The ranking was not stored.');
        return { ...ranking, understanding };
      }),
    ),
  );
}
