import type { Engine } from '../../engine/engine.js';
import type { Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { explainCustomer, type CustomerWhy } from './customer-why.js';
import { nearestCustomers, type Nearest } from './nearest.js';
import { indexFingerprint, readyRanking, type ReadyRanking } from './ready-ranking.js';
import { rankingStability, type Stability } from './resampled.js';

/** Explains the customers of one stored ranking at a time; its question is read once for all of them. */
export class Explainer {
  private ready: { rankingId: number; fingerprint: string; ranking: Promise<ReadyRanking> } | undefined;

  /**
   * @param workspace is only read
   * @param engine gives the model with the fit that made a ranking, when it is first needed
   */
  constructor(
    private readonly workspace: Workspace,
    private readonly engine: (rankingId: number) => Promise<Engine>,
  ) {}

  /** Why a customer has its score. @throws AppError as readyRanking and explainCustomer do */
  async why(rankingId: number, userId: string): Promise<CustomerWhy> {
    return explainCustomer(this.workspace, await this.engine(rankingId), await this.prepare(rankingId), userId);
  }

  /** The `count` customers most like one. @throws AppError as readyRanking and nearestCustomers do */
  async nearest(rankingId: number, userId: string, count: number, task?: Task): Promise<Nearest> {
    const engine = await this.engine(rankingId);
    return nearestCustomers(this.workspace, engine, await this.prepare(rankingId), userId, count, task);
  }

  /** How far the ranking hangs on single events. @throws AppError as readyRanking does; Cancelled */
  async stability(rankingId: number, task?: Task): Promise<Stability> {
    const engine = await this.engine(rankingId);
    return rankingStability(this.workspace, engine, await this.prepare(rankingId), task);
  }

  private async prepare(rankingId: number): Promise<ReadyRanking> {
    const fingerprint = await indexFingerprint(this.workspace);
    if (this.ready?.rankingId === rankingId && this.ready.fingerprint === fingerprint) return this.ready.ranking;
    const ranking = this.engine(rankingId).then((engine) => readyRanking(this.workspace, engine, rankingId));
    this.ready = { rankingId, fingerprint, ranking };
    // A failure must not stick: the next question reads again.
    ranking.catch(() => (this.ready = undefined));
    return ranking;
  }
}
