import type { Question } from '../../ipc/rank.js';
import * as messages from '../../ipc/tune.js';
import { readLabels } from '../../services/evaluate/evaluate.js';
import { namedId } from '../../services/evaluate/id-column.js';
import { labelColumns } from '../../services/evaluate/label-values.js';
import type { LabelSet } from '../../services/evaluate/labels.js';
import { readTable } from '../../services/evaluate/table-file.js';
import { importedLabels } from '../../services/evaluate/workspace-labels.js';
import { idsIn } from '../../services/import/known-ids.js';
import { listRankings } from '../../services/rank/list-rankings.js';
import { answerCustomer, examplesFromAnswers, readAnswers } from '../../services/tune/answers.js';
import {
  examplesFromLabels,
  examplesFromPasted,
  examplesFromSeeds,
  examplesFromSegment,
  type Examples,
} from '../../services/tune/examples.js';
import { strongestFacts } from '../../services/tune/facts.js';
import { listTuned, type TunedVersion } from '../../services/tune/tuned-store.js';
import { isUntelling, warningsOf } from '../../services/tune/warnings.js';
import { deleteTuned, noteTuned, restoreTuned, useTuned } from '../../services/tune/tuned-versions.js';
import type { Workspace } from '../../services/workspace/workspace.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

const NAME_LENGTH = 60;

/** Versions are told apart by a number after "@", which a name therefore cannot hold. */
const nameOf = ({ instruction }: Question): string => instruction.trim().slice(0, NAME_LENGTH).replaceAll('@', ' ');

function shown({ question, counts, kind, ...version }: TunedVersion): messages.Tuned {
  const { positives, negatives, unlabelled, unknown, leftOut } = counts;
  const others = kind === 'labels' ? negatives : unlabelled;
  const { name, inUse, chosen, note, before, after, gains, createdAt } = version;
  const softPrompt = version.promptSteps !== undefined;
  const told = { name, version: version.version, inUse, chosen, note, softPrompt, before, after, gains, createdAt };
  return {
    ...told,
    instruction: question.instruction,
    kind,
    positives,
    others,
    unknown,
    leftOut,
    isTelling: !isUntelling({ kind, counts }),
    warnings: warningsOf({ kind, counts }),
  };
}

async function answered(workspace: Workspace, question: Question): Promise<messages.Answered> {
  const answers = await readAnswers(workspace, question);
  const positives = answers.filter(({ label }) => label === 1).length;
  return { positives, negatives: answers.length - positives };
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
    const table = await readTable(file);
    return { file: grants.grant(file), labels: labelColumns(table, namedId(table)) };
  });

  /** Undefined where the examples are not labelled by a file or an imported outcome. */
  async function labelsOf(examples: messages.ExampleOrigin, file: string): Promise<LabelSet | undefined> {
    if (examples.by === 'outcome') return importedLabels(session.reader(), examples.label);
    return examples.by === 'file' && examples.label !== null
      ? readLabels(file, examples.label, { known: idsIn(session.reader()) })
      : undefined;
  }

  handle(messages.startTuning, ({ taskId, question, examples, softPrompt }) => {
    const file = examples.by === 'file' ? grants.pathOf(examples.handle) : '';
    return tasks.run(taskId, 'Tune the instruction', async (task) => {
      // Whatever is wrong with the labels is told before anything long is done.
      const labels = await labelsOf(examples, file);
      const examplesOf = (workspace: Workspace): Promise<Examples> => {
        if (labels) return examplesFromLabels(workspace, labels);
        if (examples.by === 'ids') return examplesFromPasted(workspace, examples.ids);
        if (examples.by === 'segment') return examplesFromSegment(workspace, examples.fileId);
        return examples.by === 'answers'
          ? examplesFromAnswers(workspace, question)
          : examplesFromSeeds(workspace, file);
      };
      return session.change(task, async (services) =>
        shown((await services.tune(question, examplesOf, { name: nameOf(question), softPrompt }, task)).tuned),
      );
    });
  });

  handle(messages.suggestCards, ({ taskId, question, count }) =>
    tasks.run(taskId, 'Choose customers to ask about', (task) =>
      session.change(task, async (services) => {
        const suggestions = await services.suggestFor(question, count, {}, task);
        const facts = await strongestFacts(
          services.workspace,
          suggestions.map(({ userId }) => userId),
        );
        const cards = suggestions.map(({ userId, probability }) => ({
          userId,
          probability,
          facts: facts.get(userId) ?? [],
        }));
        return { cards, answered: await answered(services.workspace, question) };
      }),
    ),
  );

  handle(messages.answerCard, ({ question, userId, label }) =>
    session.edit(async ({ workspace }) => {
      await answerCustomer(workspace, question, userId, label);
      return answered(workspace, question);
    }),
  );

  handle(messages.noteTuned, ({ name, version, note }) =>
    session.edit(async ({ workspace }) => void (await noteTuned(workspace, `${name}@${version}`, note))),
  );
  handle(messages.useTuned, ({ name, version }) =>
    session.edit(async ({ workspace }) => void (await useTuned(workspace, `${name}@${version}`))),
  );
  handle(messages.deleteTuned, ({ name, version }) =>
    session.edit(async ({ workspace }) => void (await deleteTuned(workspace, `${name}@${version}`))),
  );
  handle(messages.restoreTuned, ({ name, version }) =>
    session.edit(async ({ workspace }) => void (await restoreTuned(workspace, `${name}@${version}`))),
  );

  handle(messages.listTuned, async () => (await listTuned(session.reader())).map(shown));

  handle(messages.rankTuned, ({ taskId, name, version }) =>
    tasks.run(taskId, 'Rank customers', (task) =>
      session.change(task, async (services) => {
        const { rankingId, understanding } = await services.rankTuned(`${name}@${version}`, {}, task);
        const ranking = (await listRankings(services.workspace)).find((stored) => stored.rankingId === rankingId);
        if (!ranking) throw new Error('The ranking was not stored.');
        return { ...ranking, understanding };
      }),
    ),
  );
}
