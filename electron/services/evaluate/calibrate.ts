import { descending, type Labels } from './metrics.js';

/**
 * The probability of the target that each score stands for: isotonic regression of labels on scores by pooling
 * adjacent violators (Ayer et al. 1955), customers with equal scores pooled first. Equals scikit-learn's
 * `IsotonicRegression` at the training scores; between them it interpolates and beyond them it holds the end values.
 */
export class Calibration {
  private constructor(
    private readonly thresholds: Float64Array,
    private readonly rates: Float64Array,
  ) {}

  static fit(scores: Float64Array, labels: Labels): Calibration {
    const { values, sums, sizes } = groupedByScore(scores, labels);
    const blocks = poolViolators(sums, sizes);
    return new Calibration(values, blocks);
  }

  /** Probability of the target at `score`, 0..1. */
  at(score: number): number {
    const { thresholds, rates } = this;
    const last = thresholds.length - 1;
    if (score <= thresholds[0]!) return rates[0]!;
    if (score >= thresholds[last]!) return rates[last]!;
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (thresholds[middle]! <= score) low = middle;
      else high = middle;
    }
    const part = (score - thresholds[low]!) / (thresholds[high]! - thresholds[low]!);
    return rates[low]! + part * (rates[high]! - rates[low]!);
  }
}

/** Distinct scores ascending, with the positives and customers at each. */
function groupedByScore(scores: Float64Array, labels: Labels) {
  const order = descending(scores).reverse();
  const [values, sums, sizes]: [number[], number[], number[]] = [[], [], []];
  for (const i of order) {
    if (values.length > 0 && values[values.length - 1] === scores[i]) {
      sums[sums.length - 1]! += labels[i]!;
      sizes[sizes.length - 1]! += 1;
    } else {
      values.push(scores[i]!);
      sums.push(labels[i]!);
      sizes.push(1);
    }
  }
  return { values: Float64Array.from(values), sums, sizes };
}

/** The non-decreasing rate of each group that is closest to the observed ones in weighted squares. */
function poolViolators(sums: number[], sizes: number[]): Float64Array {
  const [blockSum, blockSize, blockGroups]: [number[], number[], number[]] = [[], [], []];
  for (let group = 0; group < sums.length; group++) {
    let [sum, size, groups] = [sums[group]!, sizes[group]!, 1];
    while (blockSum.length > 0 && blockSum.at(-1)! / blockSize.at(-1)! >= sum / size) {
      sum += blockSum.pop()!;
      size += blockSize.pop()!;
      groups += blockGroups.pop()!;
    }
    blockSum.push(sum);
    blockSize.push(size);
    blockGroups.push(groups);
  }
  const rates = new Float64Array(sums.length);
  let at = 0;
  blockSum.forEach((sum, block) => {
    rates.fill(sum / blockSize[block]!, at, (at += blockGroups[block]!));
  });
  return rates;
}
