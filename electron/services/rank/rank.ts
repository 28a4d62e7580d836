import type { DeviceReport } from '../../engine/devices.js';
import type { Engine } from '../../engine/engine.js';
import { withBoundedMemory } from '../index/bounded-memory.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import type { LikeTo } from './prepare-look-alike.js';
import { isOpen, prepareScorer, scoreCustomers, type ScoredBatch } from './score.js';
import type { Question, Understanding } from './question.js';

/** A stored ranking and how it came about. */
export interface RankingReport {
  rankingId: number;
  customers: number;
  /** Customers that are ranked although nothing is known of them; they come among the last. */
  withoutEvents: number;
  understanding: Understanding;
  /** Whom customers were likened to; undefined where hardly anybody has what is named. */
  likeTo: LikeTo | undefined;
  /** How far what a fit learned counts under this instruction, 0..4; undefined without a fit. */
  gate: number | undefined;
  device: DeviceReport;
  /** Name and hash of the model. */
  model: string;
  /** Seconds of each stage. */
  seconds: { read: number; score: number; store: number };
}

/** What a tuned instruction makes of a scored batch: the scores that its customers are ranked by instead. */
export interface Tuning {
  /** Number of the tuned version in the table instructions. */
  id: number;
  apply(batch: ScoredBatch): Promise<Float32Array>;
}

/** How a ranking names its model. */
export function modelName(engine: Engine): string {
  return `instructue ${engine.model.version} (${engine.model.hash.slice(0, 12)})`;
}

/**
 * Scores every customer of an encoded workspace and stores the ranking, best first, ties by user id. The same
 * workspace, model, device and question give the same ranking. Cancelled or failed, it leaves nothing behind.
 * @throws AppError instruction-empty, no-customers, model-incompatible
 */
export async function rankInstruction(
  workspace: Workspace,
  engine: Engine,
  question: Question,
  task: Task = unattended,
  tuning?: Tuning,
): Promise<RankingReport> {
  const start = performance.now();
  const scorer = await prepareScorer(workspace, engine, question);
  const read = performance.now();
  const { scores, withoutEvents } = await withBoundedMemory(workspace, () =>
    allScores(workspace, engine, scorer, task, tuning),
  );
  const scored = performance.now();
  throwIfCancelled(task, 'Ranking');
  const rankingId = await storeRanking(workspace, engine, question, scores, tuning?.id);
  return {
    rankingId,
    customers: scores.length,
    withoutEvents,
    understanding: scorer.understanding,
    likeTo: scorer.lookAlike && { having: scorer.lookAlike.having, owners: Math.round(scorer.lookAlike.owners) },
    gate: isOpen(engine) ? scorer.gate : undefined,
    device: engine.devices,
    model: modelName(engine),
    seconds: { read: (read - start) / 1000, score: (scored - read) / 1000, store: (performance.now() - scored) / 1000 },
  };
}

async function allScores(
  workspace: Workspace,
  engine: Engine,
  scorer: Awaited<ReturnType<typeof prepareScorer>>,
  task: Task,
  tuning: Tuning | undefined,
): Promise<{ scores: Float32Array; withoutEvents: number }> {
  const total = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index');
  const scores = new Float32Array(total?.n ?? 0);
  let withoutEvents = 0;
  for await (const batch of scoreCustomers(workspace, engine, scorer, task)) {
    scores.set(tuning ? await tuning.apply(batch) : batch.scores, batch.first);
    withoutEvents += batch.withoutEvents;
  }
  return { scores, withoutEvents };
}

/** Customers are numbered in the order of their ids, so ties by number are ties by id. */
function storeRanking(
  workspace: Workspace,
  engine: Engine,
  question: Question,
  scores: Float32Array,
  instructionId: number | undefined,
): Promise<number> {
  const order = Uint32Array.from(scores, (_, customer) => customer).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return workspace.transaction(async () => {
    const next = await workspace.one<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM rankings');
    const id = next!.id;
    await workspace.run(
      `INSERT INTO rankings (id, instruction_id, instruction, answer, contrast, model, device, index_fingerprint, customers, state, created_at)
       SELECT $1, $9, $2, $3, $4, $5, $6, (SELECT value FROM meta WHERE key = 'encode_fingerprint'), $7, 'done', CAST($8 AS TIMESTAMP)`,
      [
        id,
        question.instruction.trim(),
        question.answer?.trim() || null,
        question.contrast?.trim() || null,
        modelName(engine),
        engine.devices.device,
        scores.length,
        new Date().toISOString().slice(0, 23),
        instructionId ?? null,
      ],
    );
    const appender = await workspace.connection.createAppender('ranking_scores');
    for (const customer of order) {
      appender.appendInteger(id);
      appender.appendInteger(customer);
      appender.appendFloat(scores[customer]!);
      appender.endRow();
    }
    appender.closeSync();
    return id;
  });
}
