import type { Task } from '../task.js';
import { beliefOf, pickDiverse, type Knowledge } from './belief.js';
import { makeDesign, type Gathered } from './design.js';
import { learn, type Answers, type Learned } from './learn.js';
import { linearOf, type Linear } from './linear.js';

/** Learns from the gathered examples. */
export interface LearnJob {
  kind: 'learn';
  gathered: Gathered;
  known: Answers;
}

/** Chooses `count` of the gathered customers after those whose answers are known. */
export interface SuggestJob {
  kind: 'suggest';
  gathered: Gathered;
  known: Answers;
  tuned: Knowledge;
  count: number;
}

/** A customer of the pool by its place in it; `worth` relative to the first. */
export interface Pick {
  at: number;
  probability: number;
  worth: number;
}

export type Job = LearnJob | SuggestJob;
export type Lesson = Omit<Learned, 'weights'> & { linear: Linear };
export type Outcome<J extends Job> = J extends LearnJob ? Lesson : Pick[];

/** What takes long in a tuning: everything between the reading of the workspace and the writing. */
export function carryOut(job: Job, task: Task): Lesson | Pick[] {
  return job.kind === 'learn' ? lesson(job, task) : picks(job);
}

function lesson({ gathered, known }: LearnJob, task: Task): Lesson {
  task.progress({ stage: 'compare customers', done: 0, total: 0 });
  const design = makeDesign(gathered);
  const { weights, ...rest } = learn(design, known, task);
  return { ...rest, linear: linearOf(design, weights) };
}

function picks({ gathered, known, tuned, count }: SuggestJob): Pick[] {
  const belief = beliefOf(makeDesign(gathered), known, tuned);
  return pickDiverse(belief, count).map(({ at, worth }, _, all) => ({
    at,
    probability: belief.probability[at]!,
    worth: worth / all[0]!.worth,
  }));
}
