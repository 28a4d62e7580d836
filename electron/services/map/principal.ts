import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { ProjectionInput } from './project.js';

/** Customers that the directions are found from. */
const SAMPLE = 8192;

/**
 * Customers along the principal directions of their features, the largest first, scaled by the deviation along the
 * first one.
 * @param wanted number of directions, of which there are at most as many as features
 */
export function alongPrincipal({ customers, width, features }: ProjectionInput, wanted: number): ProjectionInput {
  const mean = new Float64Array(width);
  for (let at = 0; at < features.length; at++) mean[at % width]! += features[at]! / customers;
  const step = Math.max(1, Math.floor(customers / SAMPLE));
  const covariance = Matrix.zeros(width, width);
  for (let customer = 0; customer < customers; customer += step) {
    const centred = Matrix.columnVector(Array.from(mean, (middle, k) => features[customer * width + k]! - middle));
    covariance.add(centred.mmul(centred.transpose()));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, at) => at).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const directions = order.slice(0, Math.min(wanted, width)).map((at) => eigenvectorMatrix.getColumn(at));
  const scale = Math.sqrt((Math.max(0, realEigenvalues[order[0]!]!) * step) / customers) || 1;
  const projected = new Float32Array(customers * directions.length);
  for (let customer = 0; customer < customers; customer++) {
    directions.forEach((direction, to) => {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (features[customer * width + k]! - mean[k]!) * direction[k]!;
      projected[customer * directions.length + to] = sum / scale;
    });
  }
  return { customers, width: directions.length, features: projected };
}
