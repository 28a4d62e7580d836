import { z } from 'zod';
import { exportedSchema } from './audience.js';
import { campaignSchema } from './campaign.js';
import { message, nothing } from './message.js';
import { taskIdSchema } from './vocabulary.js';

/** An export that came out as its manifest says. */
export const remadeSchema = exportedSchema.extend({
  /** Names and SHA-256 of the files, which are those of the manifest. */
  outputs: z.array(z.object({ file: z.string(), sha256: z.string() })),
});
export type Remade = z.infer<typeof remadeSchema>;

/** The manifest of an earlier export; null when the dialog was closed. */
export const chooseManifest = message('remake:choose', nothing, campaignSchema.nullable());
/** Asks where to, ranks and writes again, and compares with the manifest; null when the dialog was closed. */
export const remakeExport = message(
  'remake:start',
  z.object({ taskId: taskIdSchema, manifest: z.string() }),
  remadeSchema.nullable(),
);
