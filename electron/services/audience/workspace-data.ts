import { AppError } from '../errors.js';
import { idCells, idColumn } from '../evaluate/id-column.js';
import { column, readTable } from '../evaluate/table-file.js';
import { idsIn } from '../import/known-ids.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Ranking } from './ranking.js';
import type { AudienceSpec } from './spec.js';

/** A stored ranking, with what it was made by. */
export interface StoredRanking extends Ranking {
  id: number;
  instruction: string;
  answer: string | null;
  contrast: string | null;
  model: string;
  device: string | null;
  /** NAME@VERSION of the tuned instruction that ranked, or null. */
  tuned: string | null;
}

/**
 * Reads a finished ranking of the workspace, best first, ties by id.
 * @throws AppError `ranking-missing` when there is none of this id or it is not finished.
 */
export async function loadRanking(workspace: Workspace, rankingId: number): Promise<StoredRanking> {
  const about = await workspace.one<{
    instruction: string;
    answer: string | null;
    contrast: string | null;
    model: string;
    device: string | null;
    tuned: string | null;
  }>(
    `SELECT r.instruction, r.answer, r.contrast, r.model, r.device, i.name || '@' || i.version AS tuned
     FROM rankings r LEFT JOIN instructions i ON i.id = r.instruction_id WHERE r.id = $1`,
    [rankingId],
  );
  const reader = await workspace.connection.runAndReadAll(
    `SELECT c.user_id, CAST(s.score AS DOUBLE) FROM ranking_scores s JOIN customers c USING (customer)
     WHERE s.ranking_id = $1 ORDER BY s.score DESC, c.user_id`,
    [rankingId],
  );
  const [userIds, scores] = reader.getColumns() as [string[], number[]];
  if (!about || userIds === undefined || userIds.length === 0) {
    throw new AppError('ranking-missing', `There is no ranking ${rankingId}`, 'rank the customers first');
  }
  return { id: rankingId, ...about, userIds, scores: Float64Array.from(scores) };
}

/**
 * Columns known of the customers, aligned to `userIds`: those of the imported profiles, then those of the extra file,
 * which win where names meet. Customers without a row get null.
 */
export async function loadProfile(
  workspace: Workspace,
  userIds: readonly string[],
  extra?: AudienceSpec['customers'],
): Promise<Map<string, (string | null)[]>> {
  const positions = new Map(userIds.map((id, i) => [id, i]));
  const profile = new Map<string, (string | null)[]>();
  for (const file of await profileFiles(workspace)) {
    const cells = file.columns.map(asWritten).join(', ');
    const reader = await workspace.connection.runAndReadAll(`SELECT user_id, ${cells} FROM rows_${file.id}`);
    const [ids, ...columns] = reader.getColumns() as [string[], ...(string | null)[][]];
    file.columns.forEach(({ name }, i) => spread(profile, name, positions, ids, columns[i]!));
  }
  if (extra) {
    const table = await readTable(extra.file);
    const choice = { wanted: extra.id, known: idsIn(workspace), option: '--customers FILE:COLUMN' };
    const id = await idColumn(table, choice);
    const ids = idCells(table, id);
    for (const name of table.columns.filter((other) => other !== id)) {
      spread(profile, name, positions, ids, column(table, name));
    }
  }
  return profile;
}

interface ProfileFile {
  id: number;
  columns: { ordinal: number; name: string; role: string }[];
}

/** Numbers are kept as DOUBLE, whose text of a whole one ends in ".0", which no file says. */
function asWritten({ ordinal, role }: ProfileFile['columns'][number]): string {
  const text = `CAST(c${ordinal} AS VARCHAR)`;
  return role === 'number' ? `regexp_replace(${text}, '\\.0$', '')` : text;
}

async function profileFiles(workspace: Workspace): Promise<ProfileFile[]> {
  const rows = await workspace.all<{ id: number; ordinal: number; name: string; role: string }>(
    `SELECT f.id, c.ordinal, c.name, c.role FROM source_files f JOIN source_columns c ON c.file_id = f.id
     WHERE f.source = 'profile' AND c.role NOT IN ('id', 'ignore') ORDER BY f.id, c.ordinal`,
  );
  const files = new Map<number, ProfileFile>();
  for (const { id, ordinal, name, role } of rows) {
    const file = files.get(id) ?? { id, columns: [] };
    file.columns.push({ ordinal, name, role });
    files.set(id, file);
  }
  return [...files.values()];
}

function spread(
  profile: Map<string, (string | null)[]>,
  name: string,
  positions: ReadonlyMap<string, number>,
  ids: readonly string[],
  cells: readonly (string | null)[],
): void {
  const aligned = profile.get(name) ?? Array<string | null>(positions.size).fill(null);
  ids.forEach((id, i) => {
    const at = positions.get(id);
    if (at !== undefined) aligned[at] = cells[i] ?? null;
  });
  profile.set(name, aligned);
}
