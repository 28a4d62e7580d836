import type { LabelSet } from '../evaluate/labels.js';
import type { Question } from '../rank/question.js';
import type { Workspace } from '../workspace/workspace.js';
import { examplesFromLabels, type Examples } from './examples.js';

/** An answer to a suggested customer: has what the instruction looks for, or has not. */
export interface Answer {
  userId: string;
  label: 0 | 1;
}

/** Writes an answer down in place of an earlier one; null takes it back. It tunes nothing yet. */
export async function answerCustomer(
  workspace: Workspace,
  { instruction }: Question,
  userId: string,
  label: 0 | 1 | null,
): Promise<void> {
  await workspace.transaction(async () => {
    await workspace.run('DELETE FROM tuned_answers WHERE instruction = $1 AND user_id = $2', [
      instruction.trim(),
      userId,
    ]);
    if (label === null) return;
    await workspace.run('INSERT INTO tuned_answers VALUES ($1, $2, $3, now()::TIMESTAMP)', [
      instruction.trim(),
      userId,
      label,
    ]);
  });
}

/** All answers that an instruction has, the first first. */
export async function readAnswers(workspace: Workspace, { instruction }: Question): Promise<Answer[]> {
  return workspace.all<{ userId: string; label: 0 | 1 }>(
    'SELECT user_id AS "userId", label FROM tuned_answers WHERE instruction = $1 ORDER BY answered_at, user_id',
    [instruction.trim()],
  );
}

/**
 * The answers as examples.
 * @throws AppError examples-unknown, examples-few, labels-single-class
 */
export async function examplesFromAnswers(workspace: Workspace, question: Question): Promise<Examples> {
  const answers = await readAnswers(workspace, question);
  const values: LabelSet['values'] = new Map(answers.map(({ userId, label }) => [userId, label]));
  return examplesFromLabels(workspace, { values, rows: answers.length, duplicates: 0, unlabelled: 0 });
}
