import type { Services } from '../../../electron/composition.js';
import { encodeFingerprint } from '../../../electron/services/index/encode.js';
import { finishFit, saveCheckpoint, startFit } from '../../../electron/services/fit/fit-store.js';
import { freshState } from '../../../electron/services/fit/optimizer.js';
import type { Verdict } from '../../../electron/services/fit/judge.js';
import { GATES } from '../../../electron/services/rank/embedding.js';

const OPENING = {
  questions: 9,
  auc: GATES.map((gate) => 0.6 + gate / 100),
  gate: 1,
  score: 0.61,
  gain: 0.01,
  error: 0.002,
};
const VERDICT: Verdict = { ...OPENING, named: { ...OPENING, questions: 10 } };

/**
 * Stores a fit with the weights that ship, as one that was learned would be, without learning.
 * @param gate of the questions that ask to foresee; fits with the same one are the same
 * @returns its number
 */
export async function storeFit(services: Services, state: 'paused' | 'kept', gate = 1): Promise<number> {
  const { workspace } = services;
  const engine = await services.engine('cpu');
  await services.prepare({ device: 'cpu' });
  const plan = {
    seed: 1,
    steps: 6,
    wanted: { questions: 24, judging: 19 },
    customers: 50,
    heldBack: 10,
    questions: 24,
    judging: 19,
  };
  const id = await startFit(workspace, plan, await encodeFingerprint(workspace, engine), engine.model.hash);
  const verdict = { ...VERDICT, gate };
  const weights = engine.learnedWeights();
  const curve = [{ step: 0, loss: 0, score: 0.6 }];
  const progress = { state: { ...freshState(weights), step: 2 }, best: weights, curve, verdict, seconds: 12 };
  await saveCheckpoint(workspace, id, progress);
  if (state === 'kept') await finishFit(workspace, id, verdict, true);
  return id;
}
