import { createHash } from 'node:crypto';
import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { encodeFingerprint } from '../index/encode.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { drawBatch } from './batch.js';
import { Draws } from './draws.js';
import { findUnfinished, finishFit, saveCheckpoint, startFit, type FitProgress } from './fit-store.js';
import { deleteFit, findFit, type FitPlan, type FitVersion } from './fit-versions.js';
import { judge } from './judge.js';
import { freshState, takeStep } from './optimizer.js';
import { readPopulation, type Population } from './population.js';
import { judgementsOf, LEAST_ASKED, stepsThatFit, usualMinutes, wantedQuestions } from './plan.js';
import { makeQuestions, type FitQuestion } from './questions.js';
import { LEAST_JUDGES, splitCustomers, type Split } from './split-customers.js';
import { LEAST } from './userqa.js';

/** Fewer are never enough: a third judges, and a question needs LEAST of them on either side. */
const LEAST_CUSTOMERS = 3 * 2 * LEAST;
/** Customers of a judging question. */
const JUDGED = 96;
const MAX_EVENTS = 48;
/** Tasks that are drawn at most for every question that is wanted: a quarter are the judges', who are not asked about activity. */
const DRAWN_PER_JUDGING = 5;
const DRAWN_PER_LEARNING = 1.4;
/** Seconds between two checkpoints. */
const CHECKPOINT = 20;
/** Steps whose time says how many fit into the time that was given. */
const TIMED = 3;

export interface FitOptions {
  /** Start anew although a paused fit could go on; that one is deleted, and `restoreFit` brings it back. */
  fresh?: boolean;
  /** Told when a paused fit goes on, which it does by its own plan: time, steps, seed and questions given here do not count. */
  resumed?: (id: number, step: number, plan: FitPlan) => void;
  /** Time for the whole fit of a prepared workspace; by default `usualMinutes`. */
  minutes?: number;
  /** Steps instead of a time, so that a fit repeats up to rounding. */
  steps?: number;
  seed?: number;
  /** Questions to learn from and to be judged by; fewer make a quicker and less certain fit. */
  questions?: number;
  judging?: number;
}

/** What a fit works with. */
interface Workshop {
  engine: Engine;
  learning: Population;
  questions: FitQuestion[];
  heldBack: Population;
  judging: FitQuestion[];
}

/**
 * Learns from the imported events of this workspace, without labels: the learned path is trained on questions about its own
 * items, words, columns and times, and judged by customers and targets that it does not see. It is kept, and used from then
 * on, only where it helps them. Goes on where an earlier call was stopped. The workspace must be encoded.
 * @throws AppError fit-too-small, not-derived; Cancelled
 */
export async function fitWorkspace(
  workspace: Workspace,
  engine: Engine,
  options: FitOptions,
  task: Task = unattended,
): Promise<FitVersion> {
  // Graphs run in a thread of their own: a step takes longer than a window may keep silent.
  const apart = engine.apart();
  try {
    return await fitApart(workspace, apart, options, task);
  } finally {
    await apart.release();
  }
}

async function fitApart(workspace: Workspace, engine: Engine, options: FitOptions, task: Task): Promise<FitVersion> {
  const began = performance.now();
  const fingerprint = await encodeFingerprint(workspace, engine);
  const paused = await findUnfinished(workspace, fingerprint, engine.model.hash);
  if (paused && options.fresh) await deleteFit(workspace, paused.id);
  const unfinished = options.fresh ? undefined : paused;
  if (unfinished) options.resumed?.(unfinished.id, unfinished.progress?.state.step ?? 0, unfinished.plan);
  const { seed = 1 } = unfinished?.plan ?? options;
  const customers = await splitCustomers(workspace, seed);
  const minutes = options.minutes ?? usualMinutes(customers.learn.length);
  const wanted = unfinished?.plan.wanted ?? wantedQuestions(options, minutes);
  const workshop = await openWorkshop(workspace, engine, customers, { ...wanted, seed }, task);
  const written = performance.now();
  const progress = unfinished?.progress ?? (await beginning(workshop, task));
  const judgement = (performance.now() - written) / 1000;
  const timed = { minutes, began, judgement };
  const plan = unfinished?.plan ?? (await planFit(workshop, customers, { seed, wanted, steps: options.steps }, timed));
  const id = unfinished?.id ?? (await startFit(workspace, plan, fingerprint, engine.model.hash));
  const done = await takeSteps(workspace, workshop, { id, plan, began }, progress, task);
  const { gate, named } = done.verdict!;
  await finishFit(workspace, id, done.verdict!, gate > engine.model.gate || named.gate > engine.model.namedGate);
  return findFit(workspace, id, engine.model.hash);
}

/**
 * Says how many steps there will be, unless that is given.
 * @param timed minutes for the whole, when it began (performance.now()), and seconds that a judgement takes
 */
async function planFit(
  workshop: Workshop,
  { learn, judges }: Split,
  { seed, wanted, steps }: Pick<FitPlan, 'seed' | 'wanted'> & Pick<FitOptions, 'steps'>,
  { minutes, began, judgement }: { minutes: number; began: number; judgement: number },
): Promise<FitPlan> {
  const stepsInTime = async (): Promise<number> => {
    const step = await secondsPerStep(workshop, seed);
    return stepsThatFit(60 * minutes, { spent: (performance.now() - began) / 1000, judgement, step });
  };
  return {
    seed,
    steps: steps ?? (await stepsInTime()),
    wanted,
    customers: learn.length,
    heldBack: judges.length,
    questions: workshop.questions.length,
    judging: workshop.judging.length,
  };
}

async function openWorkshop(
  workspace: Workspace,
  engine: Engine,
  { learn, judges }: Split,
  wanted: FitPlan['wanted'] & Pick<FitPlan, 'seed'>,
  task: Task,
): Promise<Workshop> {
  const { seed } = wanted;
  checkCustomers(workspace, learn.length + judges.length);
  const learning = await readPopulation(workspace, engine, learn);
  const heldBack = await readPopulation(workspace, engine, judges);
  // A target in the judges' questions is never learned from.
  const judging = await makeQuestions(
    heldBack,
    engine,
    {
      seed: seed + 1,
      count: wanted.judging,
      drawn: DRAWN_PER_JUDGING * wanted.judging,
      accepts: (asked) => isJudges(asked) && asked.kind !== 'activity',
      customersPerQuestion: judges.length,
      kept: JUDGED,
      maxEvents: MAX_EVENTS,
    },
    task,
  );
  // Before the others are written, which takes as long again.
  checkAsked(workspace, judging, `that judge (${judges.length} customers)`);
  const questions = await makeQuestions(
    learning,
    engine,
    {
      seed,
      count: wanted.questions,
      drawn: Math.ceil(DRAWN_PER_LEARNING * wanted.questions),
      accepts: (asked) => !isJudges(asked),
      maxEvents: MAX_EVENTS,
    },
    task,
  );
  checkAsked(workspace, questions, `to learn from (${learn.length} customers)`);
  return { engine, learning, questions, heldBack, judging };
}

/** What to do where a fit is not possible. */
const ENOUGH = `import more customers: with ${3 * LEAST_JUDGES} the ${LEAST_JUDGES} that judge are complete; rankings work without a fit`;

/** @throws AppError fit-too-small */
function checkAsked(workspace: Workspace, { length }: readonly FitQuestion[], which: string): void {
  if (length >= LEAST_ASKED) return;
  throw new AppError(
    'fit-too-small',
    `Too little can be asked about the customers ${which}: ${length} questions, and ${LEAST_ASKED} are needed`,
    ENOUGH,
    { file: workspace.path },
  );
}

/** @throws AppError fit-too-small, before any question is written */
function checkCustomers(workspace: Workspace, customers: number): void {
  if (customers >= LEAST_CUSTOMERS) return;
  throw new AppError(
    'fit-too-small',
    `Only ${customers} customers have any data, too few to learn from some and be judged by others; at least ${LEAST_CUSTOMERS} are needed`,
    ENOUGH,
    { file: workspace.path },
  );
}

/** Whether a question's target belongs to the judges: about a quarter do, by a hash of the answer. */
function isJudges({ answer }: Pick<FitQuestion, 'answer'>): boolean {
  return createHash('sha256').update(answer).digest()[0]! % 4 === 0;
}

async function secondsPerStep(workshop: Workshop, seed: number): Promise<number> {
  let state = freshState(workshop.engine.learnedWeights());
  const run = async (step: number): Promise<void> => {
    state = (await takeStep(workshop.engine, state, batchOf(workshop, seed, step), 100)).state;
  };
  await run(0);
  const start = performance.now();
  for (let step = 1; step <= TIMED; step++) await run(step);
  return (performance.now() - start) / 1000 / TIMED;
}

function batchOf({ learning, questions }: Workshop, seed: number, step: number): ReturnType<typeof drawBatch> {
  return drawBatch(learning, questions, new Draws(seed * 100_003 + step, 2));
}

/** The shipped weights, judged. */
async function beginning({ engine, heldBack, judging }: Workshop, task: Task): Promise<FitProgress> {
  const weights = engine.learnedWeights();
  const verdict = await judge(heldBack, judging, engine, task);
  const curve = [{ step: 0, loss: 0, score: Math.max(...verdict.auc) }];
  return { state: freshState(weights), best: weights, curve, verdict, seconds: 0 };
}

/** A fit on its way; `began` is when this call did, by performance.now(). */
interface Course {
  id: number;
  plan: FitPlan;
  began: number;
}

/** All steps from where the fit is, with checkpoints and judgements; the best judged weights are kept. */
async function takeSteps(
  workspace: Workspace,
  workshop: Workshop,
  { id, plan, began }: Course,
  progress: FitProgress,
  task: Task,
): Promise<FitProgress> {
  const { engine, heldBack, judging } = workshop;
  const every = Math.ceil(plan.steps / judgementsOf(plan.steps));
  let [saved, losses] = [began, [] as number[]];
  const keep = async (): Promise<void> => {
    progress.seconds += (performance.now() - saved) / 1000;
    saved = performance.now();
    await saveCheckpoint(workspace, id, progress);
  };
  try {
    while (progress.state.step < plan.steps) {
      throwIfCancelled(task, 'Learning');
      task.progress({ stage: 'learn', done: progress.state.step, total: plan.steps });
      const taken = await takeStep(
        engine,
        progress.state,
        batchOf(workshop, plan.seed, progress.state.step),
        plan.steps,
      );
      progress.state = taken.state;
      losses.push(taken.loss);
      const { step, weights } = taken.state;
      if (step % every === 0 || step === plan.steps) {
        const verdict = await judge(heldBack, judging, engine.fitted({ weights, gate: 1, namedGate: 1 }, ''), task);
        const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
        progress.curve.push({ step, loss, score: Math.max(...verdict.auc) });
        if (!progress.verdict || Math.max(...verdict.auc) > Math.max(...progress.verdict.auc)) {
          progress.best = weights;
          progress.verdict = verdict;
        }
        losses = [];
        await keep();
      } else if (performance.now() - saved > CHECKPOINT * 1000) await keep();
    }
  } catch (error) {
    await keep();
    throw error;
  }
  task.progress({ stage: 'learn', done: plan.steps, total: plan.steps });
  return progress;
}
