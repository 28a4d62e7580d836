import * as messages from '../../ipc/ask.js';
import { compareRankings, largestMoves } from '../../services/rank/compare.js';
import { readAhead } from '../../services/rank/reading.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

export function handleAsk({ session }: Shell): void {
  handle(messages.readAhead, (question) =>
    session.withModel((workspace, engine) => readAhead(workspace, engine, question)),
  );
  handle(messages.compareRankings, ({ rankingIds, percent }) => compareRankings(session.reader(), rankingIds, percent));
  handle(messages.largestMoves, ({ from, to, percent, limit }) =>
    largestMoves(session.reader(), from, to, percent, limit),
  );
}
