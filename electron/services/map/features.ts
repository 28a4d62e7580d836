import type { Engine } from '../../engine/engine.js';
import { readIndex } from '../index/read-index.js';
import { FEATURES } from '../rank/evidence.js';
import type { Question } from '../rank/question.js';
import { prepareScorer, scoreCustomers } from '../rank/score.js';
import { throwIfCancelled, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { ProjectionInput } from './project.js';

/** Customers read at a time. */
const BATCH = 1024;
/** Principal directions that are kept of the general embedding. */
const DIRECTIONS = 24;

/**
 * What a question makes of every customer: the standardised evidence features of the wanted side.
 * @throws AppError as ranking does
 */
export async function instructionFeatures(
  workspace: Workspace,
  engine: Engine,
  question: Question,
  customers: number,
  task: Task,
): Promise<ProjectionInput> {
  const scorer = await prepareScorer(workspace, engine, question);
  const features = new Float32Array(customers * FEATURES.length);
  for await (const batch of scoreCustomers(workspace, engine, scorer, task))
    features.set(batch.features, batch.first * FEATURES.length);
  return { customers, width: FEATURES.length, features };
}

/** Every customer whatever is asked: the mean of the user tokens, of which the main principal directions count. */
export async function generalFeatures(
  workspace: Workspace,
  engine: Engine,
  customers: number,
  task: Task,
): Promise<ProjectionInput> {
  const { userTokens, tokenWidth } = engine.model.shape;
  const pooled = new Float32Array(customers * tokenWidth);
  for await (const { first, tokens } of readIndex(workspace, customers, {
    size: BATCH,
    tokenSize: userTokens * tokenWidth,
  })) {
    throwIfCancelled(task, 'Map');
    task.progress({ stage: 'read customers', done: first, total: customers });
    for (let at = 0; at < tokens.length; at++) {
      const customer = first + Math.floor(at / (userTokens * tokenWidth));
      pooled[customer * tokenWidth + (at % tokenWidth)]! += tokens[at]! / userTokens;
    }
  }
  return { customers, width: tokenWidth, features: pooled, directions: DIRECTIONS };
}
