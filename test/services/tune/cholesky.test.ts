import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { factor, halfLogDeterminant, solveFactored } from '../../../electron/services/tune/cholesky.js';

describe('cholesky', () => {
  it('solves and weighs as ml-matrix does', () => {
    const count = 30;
    const half = new Matrix(
      Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => Math.sin(i * 7 + j * j))),
    );
    const matrix = half.mmul(half.transpose()).add(Matrix.eye(count));
    const wanted = Float64Array.from({ length: count }, (_, i) => Math.cos(i));
    const expected = new CholeskyDecomposition(matrix);
    const lower = factor(Float64Array.from(matrix.to1DArray()), count);
    const solution = expected.solve(Matrix.columnVector([...wanted])).to1DArray();
    solveFactored(lower, wanted).forEach((value, i) => expect(value).toBeCloseTo(solution[i]!, 10));
    const diagonal = expected.lowerTriangularMatrix.diagonal();
    expect(halfLogDeterminant(lower, count)).toBeCloseTo(
      diagonal.reduce((sum, value) => sum + Math.log(value), 0),
      10,
    );
  });

  it('refuses what is not positive definite', () => {
    expect(() => factor(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
  });
});
