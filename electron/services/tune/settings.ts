import type { Setting } from './posterior.js';

/** Residual variances that are tried; targets have variance 1. */
const VARIANCES = [0.03, 0.12, 0.5];
const SLOPES = [0.15, 0.45];
/** What is believed, before any example, of there being nothing to add to the untuned score. */
const NOTHING = 0.05;

/**
 * The guesses that the examples choose between: no residual; one in a single block; one in all of them alike.
 * @param blocks how many blocks there are
 */
export function settingsFor(blocks: number): Setting[] {
  const mixtures = [
    ...Array.from({ length: blocks }, (_, only) => Array.from({ length: blocks }, (_, at) => (at === only ? 1 : 0))),
    new Array<number>(blocks).fill(1 / blocks),
  ];
  const some = mixtures.flatMap((shares) => VARIANCES.map((variance) => shares.map((share) => share * variance)));
  const belief = Math.log((1 - NOTHING) / some.length);
  return SLOPES.flatMap((slope) => [
    { slope, variances: new Array<number>(blocks).fill(0), belief: Math.log(NOTHING) },
    ...some.map((variances) => ({ slope, variances, belief })),
  ]);
}
