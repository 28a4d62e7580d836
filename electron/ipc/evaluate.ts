import { z } from 'zod';
import { message, nothing } from './message.js';
import { taskIdSchema } from './vocabulary.js';

/** A figure with its 95 % interval. */
export const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof estimateSchema>;

/** The first `count` customers of a ranking. */
const cutSchema = z.object({
  count: z.number(),
  positives: z.number(),
  precision: estimateSchema,
  recall: estimateSchema,
});

export const measuredSchema = z.object({
  /** Null for the ranking by how many events a customer has. */
  rankingId: z.number().nullable(),
  auc: estimateSchema,
  ks: z.number(),
  /** At a few percentages, with the precision over the base rate. */
  cuts: z.array(cutSchema.extend({ percent: z.number(), lift: estimateSchema })),
  /** At up to 200 evenly spaced cuts, the last one being everybody; `share` in 0..1. The same cuts for all rankings. */
  gains: z.array(cutSchema.extend({ share: z.number(), lift: z.number() })),
  /** Tenths of the ranking, 1 the best. */
  deciles: z.array(
    z.object({
      decile: z.number(),
      customers: z.number(),
      positives: z.number(),
      meanScore: z.number(),
      rate: estimateSchema,
    }),
  ),
});
export type Measured = z.infer<typeof measuredSchema>;
export type Gain = Measured['gains'][number];

export const evaluationSchema = z.object({
  /** Ranked customers whose outcome is known, and those of them who have it. */
  customers: z.number(),
  positives: z.number(),
  /** Customers with a known outcome that are not scored, because one of the rankings was tuned by them. */
  examplesLeftOut: z.number(),
  rankings: z.array(measuredSchema),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** Rankings that are evaluated at a time, besides the activity count. */
export const MOST_EVALUATED = 4;

/** Outcomes imported as labels. They score rankings and are used for nothing else. */
export const listLabels = message('evaluate:labels', nothing, z.array(z.string()));
/** Rankings in the order given, then the activity count. */
export const evaluateRankings = message(
  'evaluate:rankings',
  z.object({ rankingIds: z.array(z.number().int()).min(1).max(MOST_EVALUATED), label: z.string() }),
  evaluationSchema,
);

/** Mean, lowest and highest of several resamples. */
const spreadSchema = z.object({ mean: z.number(), low: z.number(), high: z.number() });

/** How far a ranking stays the same when every customer's events are drawn anew. It says nothing of how right it is. */
export const stabilitySchema = z.object({
  customers: z.number(),
  resamples: z.number(),
  /** Rank correlation with the ranking as it is, −1..1. */
  correlation: spreadSchema,
  /** Share of the best `percent` that stays among the best `percent`, 0..1. */
  overlaps: z.array(z.object({ percent: z.number(), kept: spreadSchema })),
});
export type Stability = z.infer<typeof stabilitySchema>;

export const rankingStability = message(
  'evaluate:stability',
  z.object({ taskId: taskIdSchema, rankingId: z.number().int() }),
  stabilitySchema,
);
