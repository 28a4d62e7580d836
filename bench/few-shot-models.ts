import { unattended } from '../electron/services/task.js';
import type { BlockName, Design } from '../electron/services/tune/design.js';
import { learn, targetsOf } from '../electron/services/tune/learn.js';
import { linearOf, weightsOf, type Linear } from '../electron/services/tune/linear.js';
import { fitMixture } from '../electron/services/tune/posterior.js';
import { kernelOf } from '../electron/services/tune/products.js';
import { verdictOf } from '../electron/services/tune/tune.js';

/** What the tuning makes of the examples, and whether rankings would use it. */
export function tuned(design: Design, answers: (0 | 1)[]): { linear: Linear; inUse: boolean; note: string } {
  const learned = learn(design, { answers, doubt: 0 }, unattended);
  const { before, after, shares, slope } = learned;
  const parts = Object.entries(shares).map(([name, share]) => `${name} ${share.toFixed(3)}`);
  const note = `cross-validated ${before.value.toFixed(3)} -> ${after.value.toFixed(3)}; ${parts.join(' ')} slope ${slope.toFixed(2)}`;
  return { linear: linearOf(design, learned.weights), inUse: verdictOf(learned) !== 'harms', note };
}

/** Ridge regression on the strings alone, without the untuned score: what a supervised model makes of the examples. */
export function stringsAlone(design: Design, answers: (0 | 1)[]): Linear {
  const names: BlockName[] = ['strings', ...design.blocks.map((block) => block.name)];
  const variances = names.map((name) => (name === 'strings' ? 1 : 0));
  const problem = { ...targetsOf(design, answers, 0), kernels: names.map((name) => kernelOf(design, name)) };
  return linearOf(design, weightsOf(design, fitMixture(problem, [{ slope: 0, variances, belief: 0 }]), names));
}
