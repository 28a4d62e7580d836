import { factor, halfLogDeterminant, solveFactored } from './cholesky.js';

/**
 * A Gaussian process on ±1 targets whose mean is the untuned score: target = slope × prior + offset + Σ residuals + noise,
 * the residual of block b having covariance variance[b] × kernel b. Kernels are [examples, examples].
 */
export interface Problem {
  /** +1 and −1, or what is expected of an example whose answer is not sure. */
  targets: Float64Array;
  /** Untuned scores, standardised over the base. */
  prior: Float64Array;
  /** Variance of the noise of every example. */
  noise: Float64Array;
  kernels: Float64Array[];
}

/** One guess of how much there is to learn, and where. */
export interface Setting {
  /** What one standard deviation of the untuned score is worth, before any example is seen. */
  slope: number;
  /** Variance of the residual per kernel; all 0 leaves the untuned score as it is. */
  variances: number[];
  /** Log of its weight before any example is seen. */
  belief: number;
}

/** A setting with its weight after the examples, and what they teach under it. */
export interface Fitted {
  setting: Setting;
  weight: number;
  /** K⁻¹ (targets − mean), [examples] */
  dual: Float64Array;
}

/** How unsure the offset is, which takes up what share of the examples is positive. */
export const OFFSET_VARIANCE = 0.5;
/** How unsure the slope is: its standard deviation as a share of itself. */
export const SLOPE_SPREAD = 0.5;

/**
 * Weighs every setting by its marginal likelihood (Rasmussen & Williams 2006, equation 5.8) times its belief. Settings that
 * weigh under a thousandth are left out.
 */
export function fitMixture(problem: Problem, settings: readonly Setting[]): Fitted[] {
  const fits = settings.map((setting) => fitOne(problem, setting));
  const largest = Math.max(...fits.map(({ evidence }) => evidence));
  const powers = fits.map(({ evidence }) => Math.exp(evidence - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const weighed = fits.map(({ setting, dual }, at) => ({ setting, dual, weight: powers[at]! / total }));
  const kept = weighed.filter(({ weight }) => weight >= 1e-3);
  const keptTotal = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map((fitted) => ({ ...fitted, weight: fitted.weight / keptTotal }));
}

function fitOne(problem: Problem, setting: Setting): { setting: Setting; dual: Float64Array; evidence: number } {
  const { targets, prior } = problem;
  const lower = factor(covariance(problem, setting), targets.length);
  const rest = targets.map((target, at) => target - setting.slope * prior[at]!);
  const dual = solveFactored(lower, rest);
  let fitted = 0;
  for (let i = 0; i < rest.length; i++) fitted += rest[i]! * dual[i]!;
  return { setting, dual, evidence: setting.belief - 0.5 * fitted - halfLogDeterminant(lower, targets.length) };
}

/** Covariance of the targets under a setting, noise included, [examples, examples]. */
export function covariance({ prior, noise, kernels }: Problem, { slope, variances }: Setting): Float64Array {
  const count = prior.length;
  const slopeVariance = (SLOPE_SPREAD * slope) ** 2;
  const result = new Float64Array(count * count);
  kernels.forEach((kernel, b) => {
    const variance = variances[b]!;
    if (variance > 0) for (let at = 0; at < result.length; at++) result[at]! += variance * kernel[at]!;
  });
  for (let i = 0; i < count; i++) {
    const along = slopeVariance * prior[i]!;
    for (let j = 0; j < count; j++) result[i * count + j]! += OFFSET_VARIANCE + along * prior[j]!;
    result[i * count + i]! += noise[i]!;
  }
  return result;
}

/** The problem of some of the examples. */
export function subProblem({ targets, prior, noise, kernels }: Problem, chosen: readonly number[]): Problem {
  const count = targets.length;
  const pick = (values: Float64Array): Float64Array => Float64Array.from(chosen, (at) => values[at]!);
  return {
    targets: pick(targets),
    prior: pick(prior),
    noise: pick(noise),
    kernels: kernels.map((kernel) => {
      const part = new Float64Array(chosen.length ** 2);
      chosen.forEach((i, row) =>
        chosen.forEach((j, column) => (part[row * chosen.length + column] = kernel[i * count + j]!)),
      );
      return part;
    }),
  };
}
