import { z } from 'zod';
import { message, nothing } from './message.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** How much of a ranking: the best `count` customers, or the best `percent` of them. */
export const depthSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('count'), count: z.number().int().positive() }),
  z.object({ by: z.literal('percent'), percent: z.number().positive().max(100) }),
]);
export type Depth = z.infer<typeof depthSchema>;

export const exportFormatSchema = z.enum(['csv', 'parquet', 'google', 'meta']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

export const rulesSchema = z.object({
  rankingId: z.number(),
  depth: depthSchema,
  /** Files of customers who alone may be taken, and of those who must not. */
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  /** A profile column that must say yes. */
  consent: z.string().nullable(),
  /** Percent of the audience that is set aside uncontacted, to measure the campaign against; 0 for none. */
  holdoutPercent: z.number().min(0).max(90),
});
export type Rules = z.infer<typeof rulesSchema>;

/** Where every ranked customer went; all but `ranked` add up to it, and treated + holdout = selected. */
export const countsSchema = z.object({
  ranked: z.number(),
  notIncluded: z.number(),
  excluded: z.number(),
  withoutConsent: z.number(),
  beyondSize: z.number(),
  selected: z.number(),
  treated: z.number(),
  holdout: z.number(),
});
export type Counts = z.infer<typeof countsSchema>;

export const previewSchema = z.object({
  counts: countsSchema,
  /** Score of the last customer taken; null when nobody is. */
  lowestScore: z.number().nullable(),
  /** Columns of the profile, which a consent rule may name. */
  columns: z.array(z.string()),
});
export type Preview = z.infer<typeof previewSchema>;

export const exportedSchema = z.object({
  handle: z.string(),
  path: z.string(),
  /** Customers in the file. */
  customers: z.number(),
  /** Names of the files beside it: the whole audience with its holdout, and how the export was made. */
  beside: z.array(z.string()),
});
export type Exported = z.infer<typeof exportedSchema>;

/** Whom these rules would take; writes nothing. */
export const previewAudience = message('audience:preview', rulesSchema, previewSchema);
/** Files of customer ids; null when the dialog was closed. */
export const chooseLists = message('audience:choose-lists', nothing, z.array(grantedFileSchema).nullable());
/** Asks where to and writes; null when the dialog was closed. */
export const exportAudience = message(
  'audience:export',
  z.object({ taskId: taskIdSchema, rules: rulesSchema, format: exportFormatSchema }),
  exportedSchema.nullable(),
);
/** Shows an exported file in the system's file manager. */
export const revealExport = message('audience:reveal', z.object({ handle: z.string() }), nothing);
