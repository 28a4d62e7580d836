import type { Workspace } from '../workspace/workspace.js';

/** A ranking that the workspace keeps. `createdAt` is ISO 8601. */
export interface StoredRanking {
  rankingId: number;
  question: { instruction: string; answer?: string; contrast?: string };
  customers: number;
  device: string;
  model: string;
  /** Number of the fit that scored, null for the model as it ships. */
  fit: number | null;
  /** NAME@VERSION of the tuned instruction that ranked, null for an untuned one. */
  tuned: string | null;
  createdAt: string;
}

/** The finished rankings of the workspace, the newest first. */
export async function listRankings(workspace: Workspace): Promise<StoredRanking[]> {
  const rows = await workspace.all<{
    id: number;
    instruction: string;
    answer: string | null;
    contrast: string | null;
    customers: number;
    device: string | null;
    model: string;
    fit: number | null;
    tuned: string | null;
    created_at: Date;
  }>(
    `SELECT id, instruction, answer, contrast, customers, device, rankings.model, created_at,
       (SELECT min(fit_id) FROM fits WHERE rankings.model LIKE '%(' || left(fits.hash, 12) || ')') AS fit,
       (SELECT name || '@' || version FROM instructions i WHERE i.id = rankings.instruction_id) AS tuned
     FROM rankings WHERE state = 'done' ORDER BY id DESC`,
  );
  return rows.map((row) => ({
    rankingId: row.id,
    question: {
      instruction: row.instruction,
      ...(row.answer !== null && { answer: row.answer }),
      ...(row.contrast !== null && { contrast: row.contrast }),
    },
    customers: row.customers,
    device: row.device ?? 'cpu',
    model: row.model,
    fit: row.fit,
    tuned: row.tuned,
    createdAt: row.created_at.toISOString(),
  }));
}
