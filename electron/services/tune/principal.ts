import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A matrix known by its products, [rows, columns], whose columns have mean 0. */
export interface Operator {
  rows: number;
  columns: number;
  /** this · table, [rows, width] for a table [columns, width]. */
  times(table: Float32Array, width: number): Float64Array;
  /** thisᵀ · table, [columns, width] for a table [rows, width]. */
  transposedTimes(table: Float64Array, width: number): Float32Array;
}

/** Directions of largest variance, the largest first. */
export interface Principal {
  width: number;
  /** Orthonormal directions, [columns, width]. */
  directions: Float32Array;
  /** Standard deviation of the rows along each direction, [width]. */
  deviation: Float64Array;
}

const EXTRA = 8;
const ROUNDS = 4;

/**
 * Principal components by randomised subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4 and section 5.1),
 * with a fixed seed. Directions along which nothing varies are left out.
 */
export function principal(matrix: Operator, wanted: number): Principal {
  const width = Math.max(1, Math.min(wanted + EXTRA, matrix.rows, matrix.columns));
  let basis = matrix.times(noise(matrix.columns * width), width);
  for (let round = 0; round < ROUNDS; round++) {
    basis = orthonormal(basis, width);
    basis = matrix.times(matrix.transposedTimes(basis, width), width);
  }
  const projected = matrix.transposedTimes(orthonormal(basis, width), width);
  const { values, vectors } = eigen(gram(projected, width));
  const kept = values.filter((value) => value > 1e-9 * values[0]! && value > 0).slice(0, wanted).length;
  const directions = new Float32Array(matrix.columns * kept);
  for (let column = 0; column < matrix.columns; column++) {
    for (let to = 0; to < kept; to++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += projected[column * width + k]! * vectors.get(k, to);
      directions[column * kept + to] = sum / Math.sqrt(values[to]!);
    }
  }
  const deviation = Float64Array.from(values.slice(0, kept), (value) => Math.sqrt(value / matrix.rows));
  return { width: kept, directions, deviation };
}

/** The same columns' span as an orthonormal basis, by the inverse square root of the Gram matrix. */
function orthonormal(table: Float64Array, width: number): Float64Array {
  const { values, vectors } = eigen(gram(table, width));
  const factors = new Float64Array(width * width);
  for (let to = 0; to < width; to++) {
    // A direction that has died out stays zero.
    const scale = values[to]! > 1e-12 * values[0]! ? 1 / Math.sqrt(values[to]!) : 0;
    for (let k = 0; k < width; k++) factors[k * width + to] = vectors.get(k, to) * scale;
  }
  const result = new Float64Array(table.length);
  for (let row = 0; row < table.length; row += width) {
    for (let k = 0; k < width; k++) {
      const value = table[row + k]!;
      for (let to = 0; to < width; to++) result[row + to]! += value * factors[k * width + to]!;
    }
  }
  return result;
}

function gram(table: Float32Array | Float64Array, width: number): Matrix {
  const sums = new Float64Array(width * width);
  for (let row = 0; row < table.length; row += width) {
    for (let i = 0; i < width; i++) {
      const value = table[row + i]!;
      for (let j = 0; j <= i; j++) sums[i * width + j]! += value * table[row + j]!;
    }
  }
  const result = new Matrix(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      result.set(i, j, sums[i * width + j]!);
      result.set(j, i, sums[i * width + j]!);
    }
  }
  return result;
}

/** Eigenvalues from the largest, and their vectors as columns. */
function eigen(symmetric: Matrix): { values: number[]; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, at) => at).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const vectors = new Matrix(symmetric.rows, symmetric.rows);
  order.forEach((from, to) => vectors.setColumn(to, eigenvectorMatrix.getColumn(from)));
  return { values: order.map((at) => realEigenvalues[at]!), vectors };
}

/** Repeatable numbers in ±½ (Marsaglia's 32-bit xorshift). */
function noise(count: number): Float32Array {
  let state = 2463534242;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296 - 0.5;
  });
}
