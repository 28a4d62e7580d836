import { CholeskyDecomposition, Matrix } from 'ml-matrix';

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
  const count = targets.length;
  const cholesky = new CholeskyDecomposition(covariance(problem, setting));
  const rest = new Matrix(count, 1);
  for (let i = 0; i < count; i++) rest.set(i, 0, targets[i]! - setting.slope * prior[i]!);
  const dual = Float64Array.from(cholesky.solve(rest).to1DArray());
  const lower = cholesky.lowerTriangularMatrix;
  let evidence = setting.belief;
  for (let i = 0; i < count; i++) evidence -= 0.5 * rest.get(i, 0) * dual[i]! + Math.log(lower.get(i, i));
  return { setting, dual, evidence };
}

/** Covariance of the targets under a setting, noise included. */
export function covariance({ prior, noise, kernels }: Problem, { slope, variances }: Setting): Matrix {
  const count = prior.length;
  const slopeVariance = (SLOPE_SPREAD * slope) ** 2;
  const result = new Matrix(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = OFFSET_VARIANCE + slopeVariance * prior[i]! * prior[j]!;
      for (let b = 0; b < kernels.length; b++)
        if (variances[b]! > 0) sum += variances[b]! * kernels[b]![i * count + j]!;
      result.set(i, j, sum);
      result.set(j, i, sum);
    }
    result.set(i, i, result.get(i, i) + noise[i]!);
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
