import { z } from 'zod';
import { message, nothing } from './message.js';
import { taskIdSchema } from './vocabulary.js';

/** How much of a ranking: the best `count` customers, or the best `percent` of them. */
export const depthSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('count'), count: z.number().int().positive() }),
  z.object({ by: z.literal('percent'), percent: z.number().positive().max(100) }),
]);
export type Depth = z.infer<typeof depthSchema>;

export const exportedSchema = z.object({
  handle: z.string(),
  path: z.string(),
  customers: z.number(),
});
export type Exported = z.infer<typeof exportedSchema>;

/** Asks where to (CSV or Parquet) and writes; null when the dialog was closed. */
export const exportAudience = message(
  'audience:export',
  z.object({ taskId: taskIdSchema, rankingId: z.number(), depth: depthSchema }),
  exportedSchema.nullable(),
);
/** Shows an exported file in the system's file manager. */
export const revealExport = message('audience:reveal', z.object({ handle: z.string() }), nothing);
