import { z } from 'zod';
import { message, nothing } from './message.js';
import { taskIdSchema } from './vocabulary.js';

/** Mean AUC over one kind of held-back questions. */
const openingSchema = z.object({
  questions: z.number(),
  /** False where the questions are too few to tell anything. */
  isTold: z.boolean(),
  /** Without the fit, and the best that it reached. */
  shipped: z.number(),
  best: z.number(),
  /** What it gains as it would be used, 0 when it does not help, and the standard error. */
  gain: z.number(),
  error: z.number(),
});
export type Opening = z.infer<typeof openingSchema>;

/** Questions that ask to foresee, and those that name what customers have. */
const verdictSchema = openingSchema.extend({ named: openingSchema });

/** A version of what was learned from the workspace's customers. */
export const fitSchema = z.object({
  id: z.number(),
  /** stopped: goes on where it was when learning is asked for again. */
  state: z.enum(['stopped', 'kept', 'not-kept']),
  /** Stopped, and unable to go on, because the data or the model have changed since. */
  isOutdated: z.boolean(),
  /** Whether rankings use it. */
  isCurrent: z.boolean(),
  /** ISO 8601. */
  startedAt: z.string(),
  seconds: z.number(),
  step: z.number(),
  steps: z.number(),
  /** Customers that it learns from, those that judge, and the questions about these. */
  customers: z.number(),
  heldBack: z.number(),
  judging: z.number(),
  /** Step of the weights that are used; 0 are those that ship, which no step made better. */
  bestStep: z.number(),
  curve: z.array(z.object({ step: z.number(), score: z.number() })),
  /** Of the best so far. */
  verdict: verdictSchema.nullable(),
});
export type Fit = z.infer<typeof fitSchema>;

const numberSchema = z.object({ id: z.number() });

/** How long learning takes unless it is given a time. */
export const estimateFit = message('fit:estimate', nothing, z.object({ minutes: z.number() }));
/** Learns, or goes on where it was stopped unless it is to start afresh; null minutes take the usual time. */
export const startFit = message(
  'fit:start',
  z.object({ taskId: taskIdSchema, minutes: z.number().positive().max(600).nullable(), fresh: z.boolean() }),
  fitSchema,
);
/** The newest first. While one is learned its curve grows. */
export const listFits = message('fit:list', nothing, z.array(fitSchema));
/** Null: rankings use the model as it ships. */
export const useFit = message('fit:use', z.object({ id: z.number().nullable() }), nothing);
/** Gives the tuned versions that cannot rank until the fit is brought back, as NAME@VERSION. */
export const deleteFit = message('fit:delete', numberSchema, z.object({ tuned: z.array(z.string()) }));
export const restoreFit = message('fit:restore', numberSchema, nothing);
