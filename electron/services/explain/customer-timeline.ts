import type { FileKind } from '../import/sources.js';
import { cellText, literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';

/** What one file says of a customer on one day. */
export interface Moment {
  /** YYYY-MM-DD */
  day: string;
  kind: FileKind;
  /** What happened, each once, as the rows tell it; a few of it. */
  what: string[];
  /** How much else happened. */
  more: number;
}

/** The newest days that a file is asked for, and moments in all. */
const MOST = 40;
const THINGS = 4;

/**
 * What the dated files say of a customer, the newest first; of one day in the order of the files. A profile is no event: its
 * dates are facts like its words.
 * @returns at most 40 moments
 */
export async function customerTimeline(workspace: Workspace, userId: string): Promise<Moment[]> {
  const files = await workspace.all<{ id: number; kind: FileKind; time: number }>(
    `SELECT f.id, f.source AS kind, min(c.ordinal) AS time FROM source_files f JOIN source_columns c ON c.file_id = f.id
     WHERE c.role = 'time' AND f.source NOT IN ('profile', 'labels', 'segment') GROUP BY ALL ORDER BY f.id`,
  );
  const moments: Moment[] = [];
  for (const file of files) moments.push(...(await momentsOf(workspace, file, userId)));
  // Sorting is stable: files of one day stay in their order.
  return moments.sort((a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : 0)).slice(0, MOST);
}

async function momentsOf(
  workspace: Workspace,
  { id, kind, time }: { id: number; kind: FileKind; time: number },
  userId: string,
): Promise<Moment[]> {
  const rows = await workspace.all<{ day: string; what: string }>(
    `SELECT strftime(c${time}, '%Y-%m-%d') AS day, ${await wordsSql(workspace, id)} AS what FROM rows_${Number(id)}
     WHERE user_id = $1 AND c${time} IS NOT NULL GROUP BY day, what
     QUALIFY dense_rank() OVER (ORDER BY day DESC) <= ${MOST} ORDER BY day DESC, min(rowid)`,
    [userId],
  );
  const days = new Map<string, string[]>();
  for (const { day, what } of rows) {
    const others = days.get(day);
    if (others) others.push(what);
    else days.set(day, [what]);
  }
  return [...days].map(([day, what]) => ({
    day,
    kind,
    what: what.slice(0, THINGS),
    more: Math.max(0, what.length - THINGS),
  }));
}

/** The words of a row; its numbers by name where the file has no words. */
async function wordsSql(workspace: Workspace, fileId: number): Promise<string> {
  const columns = await workspace.all<{ ordinal: number; name: string; role: string }>(
    `SELECT ordinal, name, role FROM source_columns WHERE file_id = $1 AND role IN ('text', 'number') ORDER BY ordinal`,
    [fileId],
  );
  const words = columns.filter(({ role }) => role === 'text').map(({ ordinal }) => `c${ordinal}`);
  const numbers = columns.map(
    ({ ordinal, name }) => `${literal(`${name} `)} || nullif(${cellText(`c${ordinal}`)}, '')`,
  );
  return `concat_ws(', ', ${(words.length > 0 ? words : numbers).join(', ') || "''"})`;
}
