/** Cosine up to which nothing in the data counts as meant, and from which the nearest string surely is. */
const ABSENT = 0.45;
const SURE = 0.6;
/** Strings whose cosine is less than the best one's by this much are not meant any more. */
const NEAR = 0.1;
/**
 * How far the nearest string stands out from the one at place CROWD: a theme, which many strings are about as much, is not
 * a thing that some own and the rest do not.
 */
const CROWD = 20;
const THEME = 0.1;
const THING = 0.25;

/** What an instruction names in the data. */
export interface Meant {
  /** How surely each string is what is meant, 0 .. 1, [strings]. */
  degree: Float64Array;
  /** How surely anything is, 0 .. 1. */
  presence: number;
  /** How surely that is one thing rather than a theme, 0 .. presence. */
  sureness: number;
}

/**
 * Which strings are meant.
 * @param cosine of every string with what is wanted, [strings]
 */
export function meantStrings(cosine: Float64Array): Meant {
  const sorted = cosine.slice().sort().reverse();
  const best = sorted[0] ?? -1;
  const crowd = sorted[Math.min(CROWD, sorted.length - 1)] ?? -1;
  const presence = share(best, ABSENT, SURE);
  return {
    degree: cosine.map((one) => Math.max(0, 1 - (best - one) / NEAR)),
    presence,
    sureness: presence * share(best - crowd, THEME, THING),
  };
}

/** How far a value is on its way from one to another, 0 .. 1. */
function share(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}
