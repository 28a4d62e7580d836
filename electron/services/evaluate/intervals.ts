/** Standard normal quantile of 0.975 (scipy.stats.norm.ppf(0.975)); every interval of the app is two-sided 95 %. */
export const Z95 = 1.959963984540054;

/** An estimate with its two-sided 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/**
 * Rate of `successes` among `trials` with Wilson's score interval (Wilson 1927; without continuity correction).
 * Equals statsmodels' `proportion_confint(method="wilson")`. With no trials the rate is NaN and the interval 0..1.
 */
export function wilson(successes: number, trials: number): Estimate {
  if (trials === 0) return { value: Number.NaN, low: 0, high: 1 };
  const rate = successes / trials;
  const z2 = (Z95 * Z95) / trials;
  const centre = (rate + z2 / 2) / (1 + z2);
  const half = (Z95 * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials))) / (1 + z2);
  return { value: rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * Difference of two independent rates, `a` minus `b`, with Newcombe's hybrid score interval (Newcombe 1998, method 10).
 * Equals statsmodels' `confint_proportions_2indep(method="newcomb")`. Both groups need at least one trial.
 */
export function rateDifference(successesA: number, trialsA: number, successesB: number, trialsB: number): Estimate {
  const a = wilson(successesA, trialsA);
  const b = wilson(successesB, trialsB);
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/**
 * Ratio of two independent rates, `a` over `b`, with the interval on the logarithm of the ratio (Katz et al. 1978).
 * Equals statsmodels' `confint_proportions_2indep(compare="ratio", method="log")`; where `b` has no success, a half is
 * added to all four counts (Walter 1975), which is its method "log-adjusted". `a` needs at least one success.
 */
export function rateRatio(successesA: number, trialsA: number, successesB: number, trialsB: number): Estimate {
  const more = successesB === 0 ? 0.5 : 0;
  const [a, nA, b, nB] = [successesA + more, trialsA + more, successesB + more, trialsB + more];
  const value = a / nA / (b / nB);
  const half = Z95 * Math.sqrt(1 / a - 1 / nA + 1 / b - 1 / nB);
  return { value, low: value * Math.exp(-half), high: value * Math.exp(half) };
}

/**
 * Difference of two means, `a` minus `b`, with unequal variances and the normal quantile.
 * Equals statsmodels' `CompareMeans.zconfint_diff(usevar="unequal")`. Both groups need at least two values.
 */
export function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  const [first, second] = [moments(a), moments(b)];
  const value = first.mean - second.mean;
  const half = Z95 * Math.sqrt(first.variance / a.length + second.variance / b.length);
  return { value, low: value - half, high: value + half };
}

/** Mean and sample variance (n − 1) in two passes, which keeps nine digits where one pass would not. */
function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: squares / (values.length - 1) };
}
