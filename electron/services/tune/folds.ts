/**
 * Numbers of the examples in `count` parts of nearly the same size and share of positives; the same for the same order of
 * examples. With fewer examples of a class than parts, some parts hold none of it.
 */
export function folds(answers: readonly (0 | 1)[], count: number): number[][] {
  const parts: number[][] = Array.from({ length: count }, () => []);
  let next = 0;
  for (const wanted of [1, 0]) {
    answers.forEach((answer, at) => {
      if (answer === wanted) parts[next++ % count]!.push(at);
    });
  }
  return parts.filter((part) => part.length > 0);
}
