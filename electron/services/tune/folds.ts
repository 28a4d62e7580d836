/**
 * Numbers of the examples in `count` parts of nearly the same size and share of positives; another `round` gives other
 * parts, and the same round the same ones. With examples of both classes at least one part holds both.
 */
export function folds(answers: readonly (0 | 1)[], count: number, round = 0): number[][] {
  const parts: number[][] = Array.from({ length: count }, () => []);
  for (const wanted of [1, 0]) {
    const some = answers.map((_, at) => at).filter((at) => answers[at] === wanted);
    some.sort((a, b) => key(a, round) - key(b, round) || a - b).forEach((at, i) => parts[i % count]!.push(at));
  }
  return parts.filter((part) => part.length > 0);
}

/** A number that looks like chance (Knuth's multiplicative hashing, twice). */
function key(at: number, round: number): number {
  const first = Math.imul(at + 1, 2654435761) ^ Math.imul(round + 1, 2246822519);
  return Math.imul(first ^ (first >>> 15), 2654435761) >>> 0;
}

/**
 * Share of the pairs of a positive and a negative of the same part in which the positive scores higher, ties one half: an
 * AUC by cross-validation that does not mix scores of differently taught models. NaN without such a pair.
 */
export function withinParts(
  parts: readonly (readonly number[])[],
  scores: Float64Array,
  answers: readonly (0 | 1)[],
): number {
  let won = 0;
  let pairs = 0;
  for (const part of parts) {
    for (const positive of part.filter((at) => answers[at] === 1)) {
      for (const negative of part.filter((at) => answers[at] === 0)) {
        pairs++;
        if (scores[positive]! > scores[negative]!) won++;
        else if (scores[positive] === scores[negative]) won += 0.5;
      }
    }
  }
  return won / pairs;
}
