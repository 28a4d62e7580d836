import { AppError } from '../errors.js';
import { rateRatio, type Estimate } from '../evaluate/intervals.js';
import { SOURCES, type Source } from '../import/sources.js';
import type { Workspace } from '../workspace/workspace.js';

/** Fewer owners than these say too little: in the audience, and altogether. */
const IN_AUDIENCE = 5;
const ALTOGETHER = 10;

/** How much more often the audience has something than the rest of the base. */
export interface ItemLift {
  text: string;
  source: Source;
  /** Customers of the audience, and of the rest, that have it. */
  audience: number;
  rest: number;
  /** Ratio of the two rates with its 95 % interval. */
  lift: Estimate;
}

export interface AudienceLifts {
  audience: number;
  rest: number;
  /** Strings that enough customers have. */
  compared: number;
  /** Those whose whole interval lies above 1, the one with the highest lower end first. */
  items: ItemLift[];
}

/**
 * What the customers `members` have more of than everybody else. Each interval stands for itself: of a hundred strings
 * that say nothing, two or three will lie wholly above 1.
 * @param most items given
 * @throws AppError audience-empty, audience-everybody
 */
export async function audienceLifts(
  workspace: Workspace,
  members: readonly string[],
  most: number,
): Promise<AudienceLifts> {
  // Rows cannot be appended while something else runs on the connection, and two audiences may be compared at the same time.
  const own = await workspace.reader();
  try {
    await fillMembers(own, members);
    return await compare(own, most);
  } finally {
    await own.leave();
  }
}

/** Makes explain_members, which is gone with the connection. */
async function fillMembers(own: Workspace, members: readonly string[]): Promise<void> {
  await own.run('CREATE TEMP TABLE explain_members (user_id VARCHAR)');
  const appender = await own.connection.createAppender('explain_members', 'main', 'temp');
  for (const userId of members) {
    appender.appendVarchar(userId);
    appender.endRow();
  }
  appender.closeSync();
}

async function compare(own: Workspace, most: number): Promise<AudienceLifts> {
  const { audience, rest } = await sizes(own);
  const rows = await own.all<{ text: string; source: number; audience: number; rest: number }>(
    `WITH members AS (SELECT customer FROM customers JOIN explain_members USING (user_id)),
     counted AS (SELECT string, count(m.customer) AS audience, count(*) - count(m.customer) AS rest
       FROM events e LEFT JOIN members m USING (customer) GROUP BY string)
     SELECT text, source, audience, rest FROM counted JOIN strings USING (string)
     WHERE audience >= ${IN_AUDIENCE} AND audience + rest >= ${ALTOGETHER}`,
  );
  const items = rows
    .map((row) => ({
      ...row,
      source: SOURCES[row.source]!,
      lift: rateRatio(row.audience, audience, row.rest, rest),
    }))
    .filter(({ lift }) => lift.low > 1)
    .sort((a, b) => b.lift.low - a.lift.low || a.text.localeCompare(b.text))
    .slice(0, most);
  return { audience, rest, compared: rows.length, items };
}

async function sizes(own: Workspace): Promise<{ audience: number; rest: number }> {
  const row = await own.one<{ audience: number; total: number }>(
    `SELECT (SELECT count(*) FROM customers WHERE user_id IN (SELECT user_id FROM explain_members)) AS audience,
       (SELECT count(*) FROM customers) AS total`,
  );
  const { audience, total } = row!;
  if (audience === 0) throw new AppError('audience-empty', 'Nobody is in this audience', 'take more customers');
  if (audience === total)
    throw new AppError(
      'audience-everybody',
      'Everybody is in this audience',
      'take fewer customers, so that some are left to compare with',
    );
  return { audience, rest: total - audience };
}
