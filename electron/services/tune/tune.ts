import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import { Z95 } from '../evaluate/intervals.js';
import type { Question } from '../rank/question.js';
import { Readout } from '../rank/readout.js';
import { prepareScorer, type Scorer } from '../rank/score.js';
import { unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Examples } from './examples.js';
import { baseSample, gather } from './gather.js';
import type { Learned } from './learn.js';
import { runJob } from './run-job.js';
import type { PromptExamples } from './prompt-trainer.js';
import { trainSoftPrompt, type Prompted } from './soft-prompt.js';
import { saveTuned, type TunedVersion } from './tuned-store.js';
import { isUntelling, warningsOf } from './warnings.js';

/** Examples of either class that a soft prompt is trained on and judged by. */
const LEAST_PER_CLASS = 6;

/** auto: rankings use the version unless cross-validation speaks against it; always: the analyst overrules. */
export type Keep = 'auto' | 'always';

/**
 * What cross-validation says: the tuned AUC is above the untuned one; below it by less than a standard error, which few
 * examples cannot tell from chance; or below it by more.
 */
export type Verdict = 'helps' | 'unclear' | 'harms';

export interface TuneOptions {
  name: string;
  keep?: Keep;
  /** Also trains a soft prompt of the instruction, whose score the residual may draw on; takes some seconds more. */
  softPrompt?: boolean;
}

/** A new version, whether the examples helped, and how long it took. */
export interface TuneReport {
  tuned: TunedVersion;
  verdict: Verdict;
  seconds: number;
  /** As `warningsOf` says. */
  warnings: string[];
}

/**
 * Learns from examples what the instruction leaves open, as a residual on its untuned score, and stores a new version of the
 * tuned instruction `name`. The workspace must be encoded. The same examples in the same workspace give the same weights.
 * Cancelled or failed, it leaves nothing behind.
 * @throws AppError instruction-empty, name-invalid, no-customers, model-incompatible, soft-prompt-examples
 */
export async function tuneInstruction(
  workspace: Workspace,
  engine: Engine,
  question: Question,
  examples: Examples,
  { name, keep = 'auto', softPrompt = false }: TuneOptions,
  task: Task = unattended,
): Promise<TuneReport> {
  const start = performance.now();
  if (name.trim() === '' || name.includes('@'))
    throw new AppError('name-invalid', `"${name}" cannot be the name of a tuned instruction`, 'give a name without @');
  if (softPrompt) checkClasses(examples);
  const scorer = await prepareScorer(workspace, engine, question);
  const total = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index');
  const { gathered, events } = await gather(
    workspace,
    engine,
    scorer,
    { base: baseSample(total!.n), chosen: examples.customers },
    task,
  );
  const labelled = { events, rows: [...gathered.examples], answers: examples.answers };
  const prompted = softPrompt ? await trainApart(workspace, engine, scorer, labelled, task) : undefined;
  if (prompted) gathered.prompted = prompted.scores;
  // The thread takes the arrays away; the numbers of the columns are needed again to store the weights.
  const columns = structuredClone(gathered.columns);
  const { answers, doubt } = examples;
  const learned = await runJob({ kind: 'learn', gathered, known: { answers, doubt } }, task, 'Tuning');
  const told = verdictOf(learned);
  const verdict = told === 'helps' && isUntelling(examples) ? 'unclear' : told;
  const version = {
    name: name.trim(),
    question: trimmed(question),
    model: engine.model.hash,
    inUse: verdict !== 'harms' || keep === 'always',
    kind: examples.kind,
    counts: examples.counts,
    doubt: examples.doubt,
    before: learned.before,
    after: learned.after,
    gains: learned.gains,
    shares: learned.shares,
    slope: learned.slope,
    promptSteps: prompted?.steps,
  };
  const tuned = await saveTuned(workspace, version, examples, learned.linear, columns, prompted?.prompt);
  return { tuned, verdict, seconds: (performance.now() - start) / 1000, warnings: warningsOf(examples) };
}

/** Trains a soft prompt on graphs in a thread of their own, so that whoever asks is answered meanwhile. */
async function trainApart(
  workspace: Workspace,
  engine: Engine,
  { wanted }: Scorer,
  examples: PromptExamples,
  task: Task,
): Promise<Prompted> {
  const apart = engine.apart();
  try {
    const readout = await Readout.of(workspace, apart, wanted.read, wanted.scores.facts);
    return await trainSoftPrompt(apart, readout, examples, task);
  } finally {
    await apart.release();
  }
}

/** @throws AppError soft-prompt-examples */
function checkClasses({ answers }: Examples): void {
  const positives = answers.filter((answer) => answer === 1).length;
  if (Math.min(positives, answers.length - positives) >= LEAST_PER_CLASS) return;
  throw new AppError(
    'soft-prompt-examples',
    `A soft prompt needs at least ${LEAST_PER_CLASS} examples with the target and ${LEAST_PER_CLASS} without it`,
    'name more examples, or tune without a soft prompt',
  );
}

/** The residual is small where examples are few, so that doubt is no reason against it (docs/decisions/0010-tuning.md). */
export function verdictOf({ before, after }: Pick<Learned, 'before' | 'after'>): Verdict {
  const deviation = (after.high - after.low) / (2 * Z95);
  if (after.value > before.value) return 'helps';
  return after.value > before.value - deviation ? 'unclear' : 'harms';
}

function trimmed({ instruction, answer, contrast }: Question): Question {
  const text = (value: string | undefined): string | undefined => value?.trim() || undefined;
  return {
    instruction: instruction.trim(),
    ...(text(answer) && { answer: text(answer) }),
    ...(text(contrast) && { contrast: text(contrast) }),
  };
}
