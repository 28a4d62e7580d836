import type { Engine } from '../../engine/engine.js';
import { AppError } from '../errors.js';
import type { Question } from '../rank/question.js';
import { modelName, type Tuning } from '../rank/rank.js';
import { prepareScorer, type Scorer } from '../rank/score.js';
import { prepareTuning } from '../tune/apply.js';
import { findTuned } from '../tune/tuned-store.js';
import type { Workspace } from '../workspace/workspace.js';

/** A stored ranking with what it was made by, ready to score variants of its customers. */
export interface ReadyRanking {
  rankingId: number;
  question: Question;
  scorer: Scorer;
  tuning: Tuning | undefined;
  /** All scores, the best first. */
  scores: Float32Array;
  /** Rank of every customer by its number, from 1. */
  ranks: Uint32Array;
}

/**
 * Reads a stored ranking's question again and sorts its scores.
 * @throws AppError ranking-missing, ranking-outdated, tuned-missing, and what prepareScorer and prepareTuning throw
 */
export async function readyRanking(workspace: Workspace, engine: Engine, rankingId: number): Promise<ReadyRanking> {
  const row = await workspace.one<{
    instruction: string;
    answer: string | null;
    contrast: string | null;
    tunedId: number | null;
    tuned: string | null;
    model: string;
    fingerprint: string | null;
  }>(
    `SELECT r.instruction, r.answer, r.contrast, r.model, r.index_fingerprint AS fingerprint,
       r.instruction_id AS "tunedId", i.name || '@' || i.version AS tuned
     FROM rankings r LEFT JOIN instructions i ON i.id = r.instruction_id WHERE r.id = $1 AND r.state = 'done'`,
    [rankingId],
  );
  if (!row) throw new AppError('ranking-missing', `There is no ranking ${rankingId}`, 'rank the customers first');
  if (row.fingerprint !== (await indexFingerprint(workspace)) || row.model !== modelName(engine))
    throw new AppError(
      'ranking-outdated',
      'The data or the model have changed since this ranking was made',
      'rank the customers again, then ask why',
    );
  const question: Question = {
    instruction: row.instruction,
    ...(row.answer !== null && { answer: row.answer }),
    ...(row.contrast !== null && { contrast: row.contrast }),
  };
  if (row.tunedId !== null && row.tuned === null)
    throw new AppError(
      'tuned-missing',
      'The tuned instruction of this ranking has been deleted',
      'restore it, or rank the customers again',
    );
  const scorer = await prepareScorer(workspace, engine, question);
  const tuning =
    row.tuned === null ? undefined : await prepareTuning(workspace, engine, await findTuned(workspace, row.tuned));
  return { rankingId, question, scorer, tuning, ...(await sortedScores(workspace, rankingId)) };
}

/** Names the index as it is now; empty before the first encoding. */
export async function indexFingerprint(workspace: Workspace): Promise<string> {
  return (await workspace.meta('encode_fingerprint')) ?? '';
}

async function sortedScores(workspace: Workspace, rankingId: number): Promise<Pick<ReadyRanking, 'scores' | 'ranks'>> {
  const reader = await workspace.connection.runAndReadAll(
    `SELECT customer, s.score FROM ranking_scores s JOIN customers c USING (customer)
     WHERE s.ranking_id = $1 ORDER BY s.score DESC, c.user_id`,
    [rankingId],
  );
  const [customers = [], scores = []] = reader.getColumns() as [number[], number[]];
  const ranks = new Uint32Array(customers.length);
  customers.forEach((customer, at) => (ranks[customer] = at + 1));
  return { scores: Float32Array.from(scores), ranks };
}

/** How many of the descending scores are above `score`. */
export function countAbove(scores: Float32Array, score: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle]! > score) low = middle + 1;
    else high = middle;
  }
  return low;
}
