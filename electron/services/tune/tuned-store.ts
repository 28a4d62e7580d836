import { setImmediate } from 'node:timers/promises';
import { AppError } from '../errors.js';
import type { Estimate } from '../evaluate/intervals.js';
import type { Question } from '../rank/question.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Columns } from '../rank/columns.js';
import type { Examples } from './examples.js';
import type { Gains } from './learn.js';
import type { Linear } from './linear.js';
import type { SoftPrompt } from './soft-prompt.js';

/** What a version of a tuned instruction is, without its weights. */
export interface TunedVersion {
  id: number;
  name: string;
  version: number;
  question: Question;
  /** SHA-256 of the model that it was tuned on. */
  model: string;
  /** Whether rankings use what it learned. */
  inUse: boolean;
  /** Whether the bare name stands for this version, whatever came after it. */
  chosen: boolean;
  /** What the analyst noted, or an empty text. */
  note: string;
  /** ISO 8601 */
  createdAt: string;
  kind: Examples['kind'];
  counts: Examples['counts'];
  doubt: number;
  before: Estimate;
  after: Estimate;
  gains: Gains;
  /** Mean residual variance per block, and mean slope of the untuned score before the examples. */
  shares: Record<string, number>;
  slope: number;
  /** Steps after which the soft prompt stopped; undefined without one. */
  promptSteps?: number | undefined;
}

/** Weights that do not belong to a string; text [textWidth], learned [embeddingWidth − 2]. */
export interface DenseWeights {
  constant: number;
  slope: number;
  text: number[];
  learned: number[];
  /** Of the soft prompt's score, with the prompt as base64 of its float32 numbers; undefined without one. */
  prompt?: { weight: number; rows: string; direction: string };
}

type Detail = Pick<
  TunedVersion,
  'kind' | 'counts' | 'doubt' | 'before' | 'after' | 'gains' | 'shares' | 'promptSteps'
> & {
  priorSlope: number;
  weights: DenseWeights;
};

/** Strings that are written at a stretch. */
const STRETCH = 4096;

/** A string's text without the range of a level, "high age (45 to 58)": the range moves when customers come and go. */
export const STRING_NAME = `CASE WHEN kind IN (2, 3) THEN regexp_replace(text, ' \\(.*\\)$', '') ELSE text END`;

/** Stores a new version of a tuned instruction with the examples it learned from; the version counts from 1. */
export async function saveTuned(
  workspace: Workspace,
  version: Omit<TunedVersion, 'id' | 'version' | 'createdAt' | 'chosen' | 'note'>,
  examples: Examples,
  linear: Linear,
  columns: Columns,
  prompt?: SoftPrompt,
): Promise<TunedVersion> {
  const { constant, slope } = linear;
  const weights: DenseWeights = {
    constant,
    slope,
    text: [...linear.text],
    learned: [...linear.learned],
    ...(prompt && {
      prompt: { weight: linear.prompt[0]!, rows: toText(prompt.rows), direction: toText(prompt.direction) },
    }),
  };
  const { kind, counts, doubt, before, after, gains, shares, promptSteps } = version;
  const detail: Detail = {
    kind,
    counts,
    doubt,
    before,
    after,
    gains,
    shares,
    promptSteps,
    priorSlope: version.slope,
    weights,
  };
  const createdAt = new Date().toISOString();
  return workspace.transaction(async () => {
    const next = await workspace.one<{ id: number; version: number }>(
      'SELECT coalesce(max(id), 0) + 1 AS id, coalesce(max(version) FILTER (name = $1), 0) + 1 AS version FROM instructions',
      [version.name],
    );
    const { id } = next!;
    await workspace.run(
      `INSERT INTO instructions (id, name, version, instruction, answer, contrast, detail, created_at, model, in_use)
       VALUES ($1, $2, $3, $4, $5, $6, $7, CAST($8 AS TIMESTAMP), $9, $10)`,
      [
        id,
        version.name,
        next!.version,
        version.question.instruction,
        version.question.answer ?? null,
        version.question.contrast ?? null,
        JSON.stringify(detail),
        createdAt.slice(0, 23),
        version.model,
        version.inUse,
      ],
    );
    await saveExamples(workspace, id, examples);
    await saveStrings(workspace, id, linear, columns);
    // Whoever tunes again wants the new version.
    if (version.inUse) await workspace.run('UPDATE instructions SET chosen = false WHERE name = $1', [version.name]);
    return { ...version, id, version: next!.version, createdAt, chosen: false, note: '' };
  });
}

async function saveExamples(workspace: Workspace, id: number, { kind, userIds, answers }: Examples): Promise<void> {
  const appender = await workspace.connection.createAppender('tuned_examples');
  userIds.forEach((userId, at) => {
    appender.appendInteger(id);
    appender.appendVarchar(userId);
    if (kind === 'seeds' && answers[at] === 0) appender.appendNull();
    else appender.appendTinyInt(answers[at]!);
    appender.endRow();
  });
  appender.closeSync();
}

async function saveStrings(workspace: Workspace, id: number, linear: Linear, columns: Columns): Promise<void> {
  const reader = await workspace.connection.runAndReadAll(
    `SELECT source, ${STRING_NAME} AS name FROM strings ORDER BY string`,
  );
  const [sources = [], names = []] = reader.getColumns() as [number[], string[]];
  const appender = await workspace.connection.createAppender('tuned_strings');
  for (const [string, name] of names.entries()) {
    // Whoever else asks the process is answered in between.
    if (string % STRETCH === 0) await setImmediate();
    appender.appendInteger(id);
    appender.appendTinyInt(sources[string]!);
    appender.appendVarchar(name);
    appender.appendDouble(linear.columns[string]!);
    appender.appendDouble(linear.columns[columns.valueOf[string]!]!);
    appender.endRow();
  }
  appender.closeSync();
}

function toText(numbers: Float32Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}

/** Numbers that `toText` wrote. */
export function fromText(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

/** Rows of instructions that are tuned and not deleted. */
const PRESENT = 'model IS NOT NULL AND deleted_at IS NULL';

/** All versions of all tuned instructions, by name, the newest first. */
export async function listTuned(workspace: Workspace): Promise<TunedVersion[]> {
  const rows = await workspace.all<StoredRow>(
    `SELECT * FROM instructions WHERE ${PRESENT} ORDER BY name, version DESC`,
  );
  return rows.map((row) => versionOf(row));
}

/** `name@2` as its parts; the version is undefined in a bare name. */
export function parseTunedName(name: string): { name: string; version: number | undefined } {
  const exact = /^(.*)@(\d+)$/.exec(name);
  return exact ? { name: exact[1]!, version: Number(exact[2]) } : { name, version: undefined };
}

/**
 * The version that `name` stands for: the chosen one, else the newest in use, else the newest. `name@2` is the second version.
 * @throws AppError tuned-missing
 */
export async function findTuned(workspace: Workspace, name: string): Promise<TunedVersion & { weights: DenseWeights }> {
  const exact = parseTunedName(name);
  const rows = await workspace.all<StoredRow>(
    `SELECT * FROM instructions WHERE ${PRESENT} AND name = $1 AND version = coalesce($2, version)
     ORDER BY chosen DESC, in_use DESC, version DESC LIMIT 1`,
    [exact.name, exact.version ?? null],
  );
  if (rows[0]) return { ...versionOf(rows[0]), weights: (JSON.parse(rows[0].detail) as Detail).weights };
  const known = (await listTuned(workspace)).map((version) => version.name);
  throw new AppError(
    'tuned-missing',
    `There is no tuned instruction "${name}"`,
    known.length > 0 ? `the workspace has: ${[...new Set(known)].join(', ')}` : 'make one with tune',
  );
}

/** Ids and labels of the customers that a version learned from; null stands for the rest of the base. */
export async function tunedExamples(
  workspace: Workspace,
  id: number,
): Promise<{ userId: string; label: 0 | 1 | null }[]> {
  return workspace.all<{ userId: string; label: 0 | 1 | null }>(
    'SELECT user_id AS "userId", label FROM tuned_examples WHERE instruction_id = $1',
    [id],
  );
}

type StoredRow = {
  id: number;
  name: string;
  version: number;
  instruction: string;
  answer: string | null;
  contrast: string | null;
  detail: string;
  created_at: Date;
  model: string;
  in_use: boolean;
  chosen: boolean;
  note: string | null;
};

function versionOf(row: StoredRow): TunedVersion {
  const { kind, counts, doubt, before, after, gains, shares, priorSlope, promptSteps } = JSON.parse(
    row.detail,
  ) as Detail;
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    question: {
      instruction: row.instruction,
      ...(row.answer !== null && { answer: row.answer }),
      ...(row.contrast !== null && { contrast: row.contrast }),
    },
    model: row.model,
    inUse: row.in_use,
    chosen: row.chosen,
    note: row.note ?? '',
    createdAt: row.created_at.toISOString(),
    kind,
    counts,
    doubt,
    before,
    after,
    gains,
    shares,
    slope: priorSlope,
    promptSteps,
  };
}
