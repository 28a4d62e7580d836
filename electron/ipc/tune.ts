import { z } from 'zod';
import { estimateSchema } from './evaluate.js';
import { message, nothing } from './message.js';
import { questionSchema, rankingSchema } from './rank.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** A file of examples: with columns of 0 and 1 it is labelled, without any it lists customers that have the target. */
export const exampleFileSchema = z.object({ file: grantedFileSchema, labels: z.array(z.string()) });
export type ExampleFile = z.infer<typeof exampleFileSchema>;

/** A version of a tuned instruction; `before` and `after` are cross-validated AUC on the examples. */
export const tunedSchema = z.object({
  name: z.string(),
  version: z.number(),
  instruction: z.string(),
  /** False when the examples did not help, so that rankings stay untuned. */
  inUse: z.boolean(),
  kind: z.enum(['labels', 'seeds']),
  positives: z.number(),
  /** Examples without the target, or customers of the rest of the base that stand in for them. */
  others: z.number(),
  unknown: z.number(),
  before: estimateSchema,
  after: estimateSchema,
  /** ISO 8601. */
  createdAt: z.string(),
});
export type Tuned = z.infer<typeof tunedSchema>;

/** Null when the person closed the dialog. */
export const chooseExamples = message('tune:choose-examples', nothing, exampleFileSchema.nullable());
export const startTuning = message(
  'tune:start',
  z.object({
    taskId: taskIdSchema,
    question: questionSchema,
    handle: z.string(),
    /** Column of 0 and 1, or null when the file lists customers that have the target. */
    label: z.string().nullable(),
  }),
  tunedSchema,
);
/** By name, the newest version first. */
export const listTuned = message('tune:list', nothing, z.array(tunedSchema));
export const rankTuned = message(
  'tune:rank',
  z.object({ taskId: taskIdSchema, name: z.string(), version: z.number() }),
  rankingSchema,
);
