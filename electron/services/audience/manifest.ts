import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors.js';
import { COMPARISONS } from './offers.js';
import type { Ranking } from './ranking.js';
import { audienceSpec, exportFormat, offersSpec, targetSpec } from './spec.js';

const fileEntry = z.strictObject({ file: z.string(), sha256: z.string() });

/**
 * What stands beside every export: all that is needed to make it again bit for bit, and to tell what changed when it
 * does not come out the same. Paths are relative to the manifest's folder.
 */
export const manifestSchema = z.strictObject({
  manifest: z.literal('instructue-export'),
  version: z.literal(1),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  app: z.string(),
  workspace: z.string(),
  /** What was ranked by: an instruction or a combination, or one instruction per offer. */
  ask: z.union([z.strictObject({ target: targetSpec }), z.strictObject({ offers: offersSpec })]),
  rankings: z.array(
    z.strictObject({
      name: z.string(),
      instruction: z.string(),
      answer: z.string().nullable(),
      contrast: z.string().nullable(),
      model: z.string(),
      device: z.string().nullable(),
      /** NAME@VERSION of the tuned instruction; null for an untuned one. */
      tuned: z.string().nullable().default(null),
      /** Number of the fit that ranked, or none for the model as it ships; manifests of before do not say. */
      fit: z.union([z.int().positive(), z.literal('none')]).optional(),
      customers: z.number(),
      /** SHA-256 over all ids and scores in order. */
      sha256: z.string(),
    }),
  ),
  /** Rows that customers were seen without; [] for none. */
  hides: z.array(z.strictObject({ file: z.string().optional(), column: z.string(), value: z.string() })).default([]),
  audience: audienceSpec,
  format: exportFormat,
  counts: z.record(z.string(), z.number()),
  /** How many entries every list of the rules had, and how many customers they fitted. */
  lists: z
    .array(z.strictObject({ rule: z.string(), file: z.string(), entries: z.number(), matched: z.number() }))
    .default([]),
  /** How the holdout was drawn; null without one. */
  holdout: z.strictObject({ share: z.number(), seed: z.string(), method: z.string() }).nullable(),
  /** What a platform's file could not hold. */
  platform: z
    .strictObject({ customers: z.number(), unmatchable: z.number(), unusable: z.record(z.string(), z.number()) })
    .nullable(),
  /** How offers were compared, why, and how many customers got each; null for one ranking. */
  offers: z
    .strictObject({
      comparison: z.enum(COMPARISONS),
      reason: z.string(),
      perOffer: z.array(z.strictObject({ offer: z.string(), capacity: z.number().nullable(), customers: z.number() })),
    })
    .nullable()
    .default(null),
  inputs: z.array(fileEntry),
  outputs: z.array(fileEntry.extend({ rows: z.number() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** @throws AppError `manifest-missing`, `manifest-invalid`. */
export function readManifest(file: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw missing
      ? new AppError('manifest-missing', 'There is no such manifest', 'choose the .manifest.json beside an export', {
          file,
        })
      : new AppError('manifest-invalid', 'The manifest is not JSON', 'choose the .manifest.json beside an export', {
          file,
        });
  }
  const parsed = manifestSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError(
    'manifest-invalid',
    `This is not a manifest of this version (${issue.path.join('.')}: ${issue.message})`,
    'choose the .manifest.json beside an export',
    { file },
  );
}

/**
 * Path of the members file that a manifest names, which lies beside it.
 * @throws AppError `manifest-invalid` when it names none, `members-missing` when the file is gone, `members-changed` when
 * it is not as it was exported.
 */
export function membersBeside(manifestFile: string, manifest: Manifest): string {
  const named = manifest.outputs.find((output) => output.file.endsWith('.members.csv'));
  if (!named) {
    throw new AppError('manifest-invalid', 'The manifest names no members file', 'give the members file itself', {
      file: manifestFile,
    });
  }
  const members = join(dirname(manifestFile), named.file);
  if (!existsSync(members)) {
    throw new AppError(
      'members-missing',
      'The list of who was contacted and who was held out is not beside the manifest',
      `put ${named.file} back into its folder`,
      { file: members },
    );
  }
  if (fileSha256(members) !== named.sha256) {
    throw new AppError(
      'members-changed',
      'The list of who was contacted and who was held out is not as it was exported',
      'put the exported list back: a changed one proves nothing',
      { file: members },
    );
  }
  return members;
}

/** Hexadecimal SHA-256 of a file's bytes, read in pieces so that its size does not matter. */
export function fileSha256(file: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(1 << 20);
  const handle = openSync(file, 'r');
  try {
    for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece)) {
      hash.update(piece.subarray(0, read));
    }
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/** SHA-256 over all ids and scores in order. */
export function rankingSha256(ranking: Ranking): string {
  const hash = createHash('sha256');
  ranking.userIds.forEach((id, i) => hash.update(`${id}\t${ranking.scores[i]!}\n`));
  return hash.digest('hex');
}
