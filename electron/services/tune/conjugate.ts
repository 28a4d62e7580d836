import { dot, solve } from '../rank/conjugate-gradients.js';
import type { BlockName, Design } from './design.js';
import { SLOPE_SPREAD, OFFSET_VARIANCE, type Fitted, type Problem, type Setting } from './posterior.js';
import { timesBlock, timesStrings, transposedBlock, transposedStrings } from './products.js';

const PRECISION = { rounds: 200, tolerance: 1e-6 };

/**
 * What `fitMixture` finds, for so many examples that their kernels do not fit: every setting solved by conjugate gradients
 * on products with the features. The settings keep the weights that they come with.
 */
export function solveLarge(
  design: Design,
  { targets, prior, noise }: Omit<Problem, 'kernels'>,
  weighed: readonly Fitted[],
  names: readonly BlockName[],
): Fitted[] {
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed.map(({ setting, weight }) => {
    const rest = targets.map((target, at) => target - setting.slope * prior[at]!);
    return {
      setting,
      weight: weight / total,
      dual: solve((vector) => covarianceTimes(design, noise, setting, names, vector), noise, rest, PRECISION),
    };
  });
}

function covarianceTimes(
  design: Design,
  noise: Float64Array,
  { slope, variances }: Setting,
  names: readonly BlockName[],
  vector: Float64Array,
): Float64Array {
  const { prior } = design;
  const offset = OFFSET_VARIANCE * vector.reduce((sum, value) => sum + value, 0);
  const along = (SLOPE_SPREAD * slope) ** 2 * dot(prior, vector);
  const result = vector.map((value, at) => noise[at]! * value + offset + along * prior[at]!);
  names.forEach((name, at) => {
    const variance = variances[at]!;
    if (variance === 0) return;
    const block = design.blocks.find((candidate) => candidate.name === name);
    const part = block
      ? timesBlock(block, transposedBlock(block, vector))
      : timesStrings(design, transposedStrings(design, vector));
    for (let i = 0; i < part.length; i++) result[i]! += variance * part[i]!;
  });
  return result;
}
