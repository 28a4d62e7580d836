/**
 * The lower factor L of a symmetric positive definite matrix L Lᵀ, row by row (Golub & Van Loan 2013, section 4.2.5). A
 * tuning factors hundreds of matrices, for which the accessors of ml-matrix are too slow.
 * @param matrix [count, count]; only its lower half is read, and the factor is written over it
 */
export function factor(matrix: Float64Array, count: number): Float64Array {
  for (let i = 0; i < count; i++) {
    const row = i * count;
    for (let j = 0; j <= i; j++) {
      const other = j * count;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      if (j < i) matrix[row + j] = sum / matrix[other + j]!;
      else if (sum > 0) matrix[row + i] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return matrix;
}

/** Solves L Lᵀ x = wanted, [count]. */
export function solveFactored(lower: Float64Array, wanted: Float64Array): Float64Array {
  const count = wanted.length;
  const result = Float64Array.from(wanted);
  for (let i = 0; i < count; i++) {
    let sum = result[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * count + k]! * result[k]!;
    result[i] = sum / lower[i * count + i]!;
  }
  for (let i = count - 1; i >= 0; i--) {
    const value = result[i]! / lower[i * count + i]!;
    result[i] = value;
    for (let k = 0; k < i; k++) result[k]! -= lower[i * count + k]! * value;
  }
  return result;
}

/** log det (L Lᵀ) / 2 */
export function halfLogDeterminant(lower: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.log(lower[i * count + i]!);
  return sum;
}
