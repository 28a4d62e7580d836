import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
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
/** Customers that the principal directions are found from. */
const SAMPLE = 8192;

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

/** Every customer whatever is asked: the mean of the user tokens along their principal directions. */
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
  return alongPrincipal(pooled, customers, tokenWidth);
}

/** Rows projected on their principal directions, scaled by the largest one's deviation. */
function alongPrincipal(rows: Float32Array, customers: number, width: number): ProjectionInput {
  const mean = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) mean[at % width]! += rows[at]! / customers;
  const step = Math.max(1, Math.floor(customers / SAMPLE));
  const covariance = Matrix.zeros(width, width);
  for (let customer = 0; customer < customers; customer += step) {
    const centred = Matrix.columnVector(Array.from(mean, (middle, k) => rows[customer * width + k]! - middle));
    covariance.add(centred.mmul(centred.transpose()));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const kept = Math.min(DIRECTIONS, width);
  const order = realEigenvalues.map((_, at) => at).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const directions = order.slice(0, kept).map((at) => eigenvectorMatrix.getColumn(at));
  const scale = Math.sqrt((realEigenvalues[order[0]!]! * step) / customers) || 1;
  const features = new Float32Array(customers * kept);
  for (let customer = 0; customer < customers; customer++) {
    for (let to = 0; to < kept; to++) {
      const direction = directions[to]!;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (rows[customer * width + k]! - mean[k]!) * direction[k]!;
      features[customer * kept + to] = sum / scale;
    }
  }
  return { customers, width: kept, features };
}
