import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RankQuestion } from '../../../electron/services/audience/build.js';
import type { AskSpec } from '../../../electron/services/audience/spec.js';
import { importFiles } from '../../../electron/services/import/import.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

/** A workspace of `total` customers with an imported profile, and a ranker that scores without a model. */
export interface Fixture {
  folder: string;
  workspace: Workspace;
  ids: string[];
  rank: RankQuestion;
}

const REGIONS = ['north', 'north', 'south', 'east'];

export async function makeFixture(total: number): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'audience-'));
  const ids = Array.from({ length: total }, (_, i) => `0${String(i).padStart(4, '0')}`);
  const profile = join(folder, 'profile.csv');
  writeFileSync(
    profile,
    `user_id,region,age\n${ids.map((id, i) => `${id},${REGIONS[i % 4]},${20 + (i % 50)}\n`).join('')}`,
  );
  const workspace = await openWorkspace(join(folder, 'w.instructue'), { create: true });
  await importFiles(workspace, [{ kind: 'profile', path: profile }]);
  await workspace.run(`INSERT INTO customers VALUES ${ids.map((id, i) => `(${i}, '${id}')`).join(',')}`);
  return { folder, workspace, ids, rank: (ask) => storeScores(workspace, wordsOf(ask), total) };
}

/** Words that a fake ranking depends on. */
export function wordsOf(ask: AskSpec): string {
  return 'tuned' in ask ? ask.tuned : ask.instruction;
}

/** Stores scores that depend on id and instruction alone, as a ranking. */
export async function storeScores(workspace: Workspace, instruction: string, total: number): Promise<number> {
  const next = await workspace.one<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM rankings');
  const id = next!.id;
  await workspace.run(
    `INSERT INTO rankings (id, instruction, model, customers, state, created_at)
     VALUES ($1, $2, 'test', $3, 'done', TIMESTAMP '2026-01-01')`,
    [id, instruction, total],
  );
  await workspace.run(
    `INSERT INTO ranking_scores
     SELECT $1, customer, (abs(hash(user_id || $2) % 1000) / 1000.0)::REAL FROM customers`,
    [id, instruction],
  );
  return id;
}
