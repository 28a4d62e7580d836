import { verdictOf, type HeldBack } from './held-back-owners.js';

/** Deviations of the evidence that a deviation of likeness may be worth, and the one to start from. */
const LOUDNESS = [0, 0.25, 0.5, 1, 2, 3, 6, 12] as const;
const USUAL = LOUDNESS.indexOf(3);

/**
 * How loud likeness is worth being beside the evidence, judged by owners held back: of the loudnesses within a standard
 * error of the best AUC the one nearest to the usual.
 * @param deviation of the evidence
 */
export function judgedLoudness(heldBack: readonly HeldBack[], deviation: number): number {
  const { auc, error } = verdictOf(
    heldBack.map(({ owned, evidence, alike }) => ({
      owned,
      scores: LOUDNESS.map((loudness) => alike.map((value, at) => evidence[at]! + loudness * deviation * value)),
    })),
  );
  const best = auc.indexOf(Math.max(...auc));
  const distance = (at: number): number => (auc[best]! - auc[at]! <= error(best, at) ? Math.abs(at - USUAL) : Infinity);
  const places = [...LOUDNESS.keys()];
  return LOUDNESS[places.reduce((nearest, at) => (distance(at) < distance(nearest) ? at : nearest))]!;
}
