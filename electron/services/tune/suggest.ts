import type { Engine } from '../../engine/engine.js';
import type { Question } from '../rank/question.js';
import { prepareScorer } from '../rank/score.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { baseSample, gather } from './gather.js';
import { runJob } from './run-job.js';
import { readAnswers } from './answers.js';
import type { Knowledge } from './belief.js';
import { listTuned, tunedExamples, type TunedVersion } from './tuned-store.js';

/** A customer whose answer would teach much. */
export interface Suggestion {
  userId: string;
  /** How likely the customer has the target, as far as is known. */
  probability: number;
  /** How much the answer would tell, relative to the first suggestion. */
  worth: number;
}

/** What suggestions go by. */
export interface Grounds extends Knowledge {
  question: Question;
  /** Customers whose answer is known; null stands for the rest of the base, and may be asked about. */
  known: { userId: string; label: 0 | 1 | null }[];
  doubt: number;
}

/** Customers that are looked at, and examples that are kept in mind. */
const POOL = 800;
const REMEMBERED = 300;
/** What is believed before an instruction was ever tuned: between the settings that a tuning tries (settings.ts). */
const UNTUNED: Knowledge = { slope: 0.25, shares: { strings: 0.05, topics: 0.05, text: 0.05 } };

/** Grounds of a tuned version: its examples. */
export async function groundsOfVersion(workspace: Workspace, tuned: TunedVersion): Promise<Grounds> {
  const { question, slope, shares, doubt } = tuned;
  return { question, slope, shares, doubt, known: await tunedExamples(workspace, tuned.id) };
}

/** Grounds of an instruction that is being answered for: its answers, and what the last tuning of the same words found. */
export async function groundsOfAnswers(workspace: Workspace, question: Question): Promise<Grounds> {
  const instruction = question.instruction.trim();
  const versions = (await listTuned(workspace)).filter((one) => one.question.instruction === instruction);
  const { slope, shares } = versions.sort((a, b) => b.id - a.id)[0] ?? UNTUNED;
  return { question, slope, shares, doubt: 0, known: await readAnswers(workspace, question) };
}

/**
 * The customers whose answer would teach most: unsure of answer, far from what is known, and unlike each other. Each is
 * the one with the largest p (1 − p) × posterior variance given the examples and the suggestions before it (Krause,
 * Singh & Guestrin 2008: greedy choice by conditional variance). The same grounds give the same suggestions.
 */
export async function suggestCustomers(
  workspace: Workspace,
  engine: Engine,
  { question, known, slope, shares, doubt }: Grounds,
  count: number,
  task: Task = unattended,
): Promise<Suggestion[]> {
  const customers = await workspace.all<{ customer: number; user_id: string }>(
    "SELECT customer, user_id FROM customers ORDER BY md5('ask:' || user_id)",
  );
  const labels = new Map(known.map(({ userId, label }) => [userId, label]));
  const examples = customers.filter(({ user_id }) => labels.has(user_id)).slice(0, REMEMBERED);
  const pool = customers.filter(({ user_id }) => (labels.get(user_id) ?? null) === null).slice(0, POOL);
  if (pool.length === 0) return [];
  const scorer = await prepareScorer(workspace, engine, question);
  const total = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index');
  const chosen = [...examples, ...pool].map(({ customer }) => customer);
  const { gathered } = await gather(workspace, engine, scorer, { base: baseSample(total!.n), chosen }, task);
  const answers = examples.map(({ user_id }) => (labels.get(user_id) === 1 ? 1 : 0) as 0 | 1);
  const picks = await runJob(
    {
      kind: 'suggest',
      gathered,
      known: { answers, doubt },
      tuned: { slope, shares },
      count: Math.min(count, pool.length),
    },
    task,
    'Suggesting',
  );
  return picks.map(({ at, probability, worth }) => ({ userId: pool[at]!.user_id, probability, worth }));
}
