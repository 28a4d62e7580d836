import { gainsCurve } from '../evaluate/curves.js';
import { auc } from '../evaluate/metrics.js';
import type { Estimate } from '../evaluate/intervals.js';
import { throwIfCancelled, type Task } from '../task.js';
import { solveLarge } from './conjugate.js';
import type { BlockName, Design } from './design.js';
import { folds, withinParts } from './folds.js';
import { valuesOf, weightsOf, type Weights } from './linear.js';
import { fitMixture, subProblem, type Fitted, type Problem } from './posterior.js';
import { kernelOf, subDesign } from './products.js';
import { settingsFor } from './settings.js';

/** What is known of the examples of a design, in its order. */
export interface Answers {
  /** 1 has the target; 0 has not, or stands for the rest of the base. */
  answers: (0 | 1)[];
  /** How likely an example of answer 0 has the target after all: 0 for labels, the class prior for the rest of the base. */
  doubt: number;
}

/** What the examples taught, and how well it does on examples that it was not taught. */
export interface Learned {
  weights: Weights;
  /** Mean residual variance per block, and mean slope before the examples. */
  shares: Record<string, number>;
  slope: number;
  /** AUC on the examples, of the untuned score and of tuned scores by cross-validation. */
  before: Estimate;
  after: Estimate;
  /** The same as curves. */
  gains: Gains;
}

/** Share of the positive examples that the best `share` of the examples hold. */
export type GainStep = { share: number; recall: number };
export type Gains = Record<'before' | 'after', GainStep[]>;

/** Up to this many examples the settings are weighed on all of them, exactly; beyond, on so many of them. */
const EXACT = 320;
/** Settings that more examples than that are fitted with. */
const LARGE_SETTINGS = 3;
const FOLDS = 5;
const GAIN_STEPS = 20;
/** Cross-validation is repeated until it has made so many predictions. */
const PREDICTIONS = 320;
/** How much of the untuned score is added per 1 / examples, in units of the tuned score's deviation over the examples. */
const STEADINESS = 3;
/** Nothing is added where the AUC of the untuned score on the examples is below this: they speak against it. */
const CONTRADICTED = 0.45;
/** Share of the targets' variance that is taken for noise. */
const NOISE = 0.8;

/** Learns from the examples of a design, whose order must not follow their answers other than by `answers`. */
export function learn(design: Design, { answers, doubt }: Answers, task: Task): Learned {
  const names: BlockName[] = ['strings', ...design.blocks.map((block) => block.name)];
  const weigh = answers.length <= EXACT ? answers.map((_, at) => at) : spread(answers, EXACT);
  const small = subDesign(design, weigh);
  const problem: Problem = {
    ...targetsOf(
      small,
      weigh.map((at) => answers[at]!),
      doubt,
    ),
    kernels: names.map((name) => kernelOf(small, name)),
  };
  const settings = settingsFor(names.length);
  const fitAll = fitMixture(problem, settings);
  const exact = answers.length <= EXACT;
  const best = [...fitAll].sort((a, b) => b.weight - a.weight).slice(0, LARGE_SETTINGS);
  const fit = (seen: readonly number[]): Fitted[] => {
    if (exact) return fitMixture(subProblem(problem, seen), settings);
    const part = subDesign(design, seen);
    return solveLarge(
      part,
      targetsOf(
        part,
        seen.map((at) => answers[at]!),
        doubt,
      ),
      best,
      names,
    );
  };
  const crossValidated = crossValidate(design, answers, names, fit, task);
  const fits = exact ? fitAll : fit(answers.map((_, at) => at));
  return {
    weights: steadied(design, answers, weightsOf(design, fits, names)),
    shares: Object.fromEntries(names.map((name, at) => [name, mean(fits, ({ variances }) => variances[at]!)])),
    slope: mean(fits, ({ slope }) => slope),
    ...crossValidated,
  };
}

/** AUC of the untuned and of the tuned scores over the same pairs of examples, which the tuning did not see. */
function crossValidate(
  design: Design,
  answers: readonly (0 | 1)[],
  names: readonly BlockName[],
  fit: (seen: readonly number[]) => Fitted[],
  task: Task,
): Pick<Learned, 'before' | 'after' | 'gains'> {
  const rounds = Math.max(1, Math.floor(PREDICTIONS / answers.length));
  const sums = { before: 0, after: 0, tuned: new Float64Array(answers.length) };
  for (let round = 0; round < rounds; round++) {
    task.progress({ stage: 'cross-validate', done: round, total: rounds });
    const parts = folds(answers, FOLDS, round);
    const tuned = new Float64Array(answers.length);
    for (const asked of parts) {
      throwIfCancelled(task, 'Tuning');
      const out = new Set(asked);
      const seen = answers.map((_, at) => at).filter((at) => !out.has(at));
      const part = subDesign(design, seen);
      const taught = seen.map((at) => answers[at]!);
      const values = valuesOf(subDesign(design, asked), steadied(part, taught, weightsOf(part, fit(seen), names)));
      asked.forEach((at, i) => (tuned[at] = values[i]!));
    }
    sums.before += withinParts(parts, design.prior, answers) / rounds;
    sums.after += withinParts(parts, tuned, answers) / rounds;
    tuned.forEach((value, at) => (sums.tuned[at]! += value));
  }
  task.progress({ stage: 'cross-validate', done: rounds, total: rounds });
  const labels = Uint8Array.from(answers);
  return {
    before: around(sums.before, auc(design.prior, labels)),
    after: around(sums.after, auc(sums.tuned, labels)),
    gains: { before: gains(design.prior, labels), after: gains(sums.tuned, labels) },
  };
}

/**
 * Weights with more of the untuned score, the fewer the examples: what the mixture found with 16 of them varies more than it
 * says, and this costs little where it is right (docs/decisions/0010-tuning.md). Where the examples contradict the untuned
 * score, the weights stay as they are.
 * @param design holds the examples that the weights come from
 */
function steadied(design: Design, answers: readonly (0 | 1)[], weights: Weights): Weights {
  if (withinParts([[...answers.keys()]], design.prior, answers) < CONTRADICTED) return weights;
  const values = valuesOf(design, weights);
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
  return { ...weights, slope: weights.slope + (STEADINESS / values.length) * spread };
}

function gains(scores: Float64Array, labels: Uint8Array): GainStep[] {
  return gainsCurve(scores, labels, GAIN_STEPS).map(({ share, recall }) => ({ share, recall: recall.value }));
}

/** The value with an interval as wide as DeLong's on all pairs. */
function around(value: number, { low, high }: Estimate): Estimate {
  const half = (high - low) / 2;
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/** Targets, priors and noise of examples; the classes weigh the same, whatever their sizes. */
export function targetsOf(design: Design, answers: readonly (0 | 1)[], doubt: number): Omit<Problem, 'kernels'> {
  const positives = answers.filter((answer) => answer === 1).length;
  const share = (answer: 0 | 1): number => (answer === 1 ? positives : answers.length - positives) / answers.length;
  const expected = 2 * doubt - 1;
  return {
    targets: Float64Array.from(answers, (answer) => (answer === 1 ? 1 : expected)),
    prior: design.prior,
    noise: Float64Array.from(answers, (answer) => (NOISE + (answer === 1 ? 0 : 1 - expected ** 2)) * 2 * share(answer)),
  };
}

/** So many of the examples, as many of each class as there are, half of them positives where possible; evenly spaced. */
function spread(answers: readonly (0 | 1)[], count: number): number[] {
  const classes = ([1, 0] as const).map((wanted) => answers.map((_, at) => at).filter((at) => answers[at] === wanted));
  const [positives, negatives] = [classes[0]!, classes[1]!];
  const wanted = Math.min(positives.length, Math.max(count / 2, count - negatives.length));
  const pick = (from: number[], size: number): number[] =>
    Array.from({ length: size }, (_, i) => from[Math.floor((i * from.length) / size)]!);
  return [...pick(positives, wanted), ...pick(negatives, count - wanted)].sort((a, b) => a - b);
}

function mean(fits: readonly Fitted[], of: (setting: Fitted['setting']) => number): number {
  return fits.reduce((sum, { setting, weight }) => sum + weight * of(setting), 0);
}
