import { unattended } from '../electron/services/task.js';
import type { BlockName, Design } from '../electron/services/tune/design.js';
import { learn, targetsOf } from '../electron/services/tune/learn.js';
import { linearOf, weightsOf, type Linear } from '../electron/services/tune/linear.js';
import { fitMixture } from '../electron/services/tune/posterior.js';
import { kernelOf } from '../electron/services/tune/products.js';

/** What the tuning makes of the examples, and its cross-validated AUC before and after. */
export function tuned(
  design: Design,
  answers: (0 | 1)[],
): { linear: Linear; before: number; after: number; note: string } {
  const { weights, before, after, shares, slope } = learn(design, { answers, doubt: 0 }, unattended);
  const note = Object.entries(shares)
    .map(([name, share]) => `${name} ${share.toFixed(3)}`)
    .join(' ');
  return {
    linear: linearOf(design, weights),
    before: before.value,
    after: after.value,
    note: `${note} slope ${slope.toFixed(2)}`,
  };
}

/** Ridge regression on the strings alone, without the untuned score: what a supervised model makes of the examples. */
export function stringsAlone(design: Design, answers: (0 | 1)[]): Linear {
  const names: BlockName[] = ['strings', ...design.blocks.map((block) => block.name)];
  const variances = names.map((name) => (name === 'strings' ? 1 : 0));
  const problem = { ...targetsOf(design, answers, 0), kernels: names.map((name) => kernelOf(design, name)) };
  return linearOf(design, weightsOf(design, fitMixture(problem, [{ slope: 0, variances, belief: 0 }]), names));
}
