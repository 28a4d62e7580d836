import * as messages from '../../ipc/rank.js';
import { customerRows } from '../../services/explain/customer-rows.js';
import { customerTimeline } from '../../services/explain/customer-timeline.js';
import { profileColumns } from '../../services/import/profile-cells.js';
import { listRankings } from '../../services/rank/list-rankings.js';
import { columnWords, RankingView } from '../../services/rank/ranking-view.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** Bars of the score chart. */
const BINS = 60;
/** Words of a column to choose among. */
const MOST_WORDS = 200;

export function handleRank(shell: Shell): void {
  const { session, tasks } = shell;
  const view = new RankingView();

  handle(messages.startRanking, ({ taskId, question }) =>
    tasks.run(taskId, 'Rank customers', (task) =>
      session.change(task, async (services) => {
        const { rankingId, understanding } = await services.rank(question, {}, task);
        const ranking = (await listRankings(services.workspace)).find((stored) => stored.rankingId === rankingId);
        if (!ranking) throw new Error('The ranking was not stored.');
        return { ...ranking, understanding };
      }),
    ),
  );
  handle(messages.listRankings, () => listRankings(session.reader()));
  handle(messages.rankingPage, ({ rankingId, ...query }) => view.page(session.reader(), rankingId, query));
  handle(messages.profileColumns, () => profileColumns(session.reader()));
  handle(messages.columnWords, ({ column }) => columnWords(session.reader(), column, MOST_WORDS));
  handle(messages.scoreDistribution, ({ rankingId }) => view.distribution(session.reader(), rankingId, BINS));
  handle(messages.customerSources, ({ userId }) => customerRows(session.reader(), userId));
  handle(messages.customerTimeline, ({ userId }) => customerTimeline(session.reader(), userId));
}
