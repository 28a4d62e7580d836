/** When to stop: after so many rounds, or when what is left is this small a part of what was wanted. */
export interface Precision {
  rounds: number;
  tolerance: number;
}

/** Matrix, noise on its diagonal included, times a vector. */
type Times = (vector: Float64Array) => Float64Array;

/**
 * Solves a symmetric positive definite system by conjugate gradients, preconditioned by the noise on its diagonal
 * (Golub & Van Loan 2013, algorithm 11.5.1). Whoever asks may do something else between two rounds.
 */
export function* solving(
  times: Times,
  noise: Float64Array,
  wanted: Float64Array,
  { rounds, tolerance }: Precision,
): Generator<undefined, Float64Array> {
  const solution = new Float64Array(wanted.length);
  const rest = Float64Array.from(wanted);
  let scaled = rest.map((value, at) => value / noise[at]!);
  let direction = Float64Array.from(scaled);
  let size = dot(rest, scaled);
  const enough = size * tolerance ** 2;
  for (let round = 0; round < rounds && size > enough; round++) {
    yield;
    const moved = times(direction);
    const step = size / dot(direction, moved);
    for (let at = 0; at < rest.length; at++) {
      solution[at]! += step * direction[at]!;
      rest[at]! -= step * moved[at]!;
    }
    scaled = rest.map((value, at) => value / noise[at]!);
    const next = dot(rest, scaled);
    direction = direction.map((value, at) => scaled[at]! + (next / size) * value);
    size = next;
  }
  return solution;
}

/** The same at a stretch. */
export function solve(times: Times, noise: Float64Array, wanted: Float64Array, precision: Precision): Float64Array {
  const work = solving(times, noise, wanted, precision);
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
