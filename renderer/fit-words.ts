import type { Fit, Opening } from '../electron/ipc/fit.js';
import { count, text } from './text.js';

const words = text.learn;

/** What the held-back customers say of a fit, one sentence for each kind of question; none before it is judged. */
export function verdictWords({ verdict }: Fit): string[] {
  if (!verdict) return [];
  return [
    words.foreseen(count(verdict.questions), told(verdict)),
    words.named(count(verdict.named.questions), told(verdict.named)),
  ];
}

function told({ isTold, shipped, best, gain, error }: Opening): string {
  const figure = (value: number): string => value.toFixed(3);
  if (!isTold) return words.tooFew;
  if (best === shipped) return words.noBetter(figure(shipped));
  return gain > 0
    ? words.helps(figure(shipped), figure(shipped + gain), figure(gain), figure(error))
    : words.helpsNot(figure(shipped), figure(best), figure(error));
}
