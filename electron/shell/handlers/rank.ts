import * as messages from '../../ipc/rank.js';
import { AppError } from '../../services/errors.js';
import { listRankings } from '../../services/rank/list-rankings.js';
import { RankingView } from '../../services/rank/ranking-view.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** Bars of the score chart. */
const BINS = 60;

export function handleRank(shell: Shell): void {
  const { session, tasks } = shell;
  const view = new RankingView();

  handle(messages.startRanking, ({ taskId, question }) =>
    tasks.run(taskId, 'Rank customers', () =>
      session.change(() => {
        throw new AppError('rank-none', `Not there yet: ${question.instruction}`, 'wait');
      }),
    ),
  );
  handle(messages.listRankings, () => listRankings(session.services().workspace));
  handle(messages.rankingPage, ({ rankingId, offset, limit, search }) =>
    view.page(session.services().workspace, rankingId, offset, limit, search),
  );
  handle(messages.scoreDistribution, ({ rankingId }) =>
    view.distribution(session.services().workspace, rankingId, BINS),
  );
}
