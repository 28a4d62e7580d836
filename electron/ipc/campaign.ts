import { z } from 'zod';
import { estimateSchema } from './evaluate.js';
import { message, nothing } from './message.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** An export that was made earlier, as its manifest tells. */
export const campaignSchema = z.object({
  file: grantedFileSchema,
  /** ISO 8601. */
  createdAt: z.string(),
  /** The instructions, or the offers, by which customers were chosen. */
  asked: z.array(z.string()),
  treated: z.number(),
  holdout: z.number(),
});
export type Campaign = z.infer<typeof campaignSchema>;

const armSchema = z.object({
  customers: z.number(),
  /** Conversions, or the sum of amounts. */
  total: z.number(),
  /** Rate of conversion, or mean amount. */
  mean: z.number(),
});

/** What a campaign brought, the treated beside the holdout. */
export const effectSchema = z.object({
  kind: z.enum(['converted', 'amount']),
  treated: armSchema,
  holdout: armSchema,
  uplift: estimateSchema,
  /** Uplift times the treated customers. */
  incremental: estimateSchema,
  qini: z.object({
    points: z.array(z.object({ count: z.number(), share: z.number(), gain: z.number() })),
    coefficient: z.number(),
  }),
  withoutOutcome: z.number(),
  outsideAudience: z.number(),
});
export type Effect = z.infer<typeof effectSchema>;

/** The manifest beside an export; null when the dialog was closed. */
export const chooseCampaign = message('campaign:choose', nothing, campaignSchema.nullable());
export const measureCampaign = message(
  'campaign:measure',
  z.object({
    taskId: taskIdSchema,
    /** Handles of the manifest and of the outcome file. */
    campaign: z.string(),
    outcomes: z.string(),
    /** Column of 0 and 1 or of amounts; null when every id in the file has converted. */
    column: z.string().nullable(),
  }),
  effectSchema,
);
