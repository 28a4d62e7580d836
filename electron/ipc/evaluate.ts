import { z } from 'zod';
import { message, nothing } from './message.js';

/** A figure with its 95 % interval. */
export const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof estimateSchema>;

export const measuredSchema = z.object({
  /** The instruction, or null for the ranking by how many events a customer has. */
  instruction: z.string().nullable(),
  auc: estimateSchema,
  ks: z.number(),
  lifts: z.array(z.object({ percent: z.number(), lift: estimateSchema })),
});
export type Measured = z.infer<typeof measuredSchema>;

export const evaluationSchema = z.object({
  /** Ranked customers whose outcome is known, and those of them who have it. */
  customers: z.number(),
  positives: z.number(),
  rankings: z.array(measuredSchema),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** Outcomes imported as labels. They score rankings and are used for nothing else. */
export const listLabels = message('evaluate:labels', nothing, z.array(z.string()));
export const evaluateRanking = message(
  'evaluate:ranking',
  z.object({ rankingId: z.number(), label: z.string() }),
  evaluationSchema,
);
