import { z } from 'zod';
import { estimateSchema } from './evaluate.js';
import { message, nothing } from './message.js';
import { questionSchema, rankingSchema } from './rank.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** A file of examples: with columns of labels (0 and 1, won and lost, …) it is labelled, without any it lists customers that have the target. */
export const exampleFileSchema = z.object({ file: grantedFileSchema, labels: z.array(z.string()) });
export type ExampleFile = z.infer<typeof exampleFileSchema>;

const gainStepSchema = z.object({ share: z.number(), recall: z.number() });

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
  /** Examples beyond the most that are used. */
  leftOut: z.number(),
  /** False where a class has too few examples for cross-validation to tell anything. */
  isTelling: z.boolean(),
  /** What to know before the version is trusted, a sentence each. */
  warnings: z.array(z.string()),
  /** Whether the name stands for this version, whatever came after it. */
  chosen: z.boolean(),
  note: z.string(),
  /** Whether it holds a soft prompt. */
  softPrompt: z.boolean(),
  before: estimateSchema,
  after: estimateSchema,
  /** Share of the positive examples that the best share of the examples hold, cross-validated. */
  gains: z.object({ before: z.array(gainStepSchema), after: z.array(gainStepSchema) }),
  /** ISO 8601. */
  createdAt: z.string(),
});
export type Tuned = z.infer<typeof tunedSchema>;

/** Ids that can be pasted at a time. */
export const MOST_IDS = 10_000;

/** Null when the person closed the dialog. */
export const chooseExamples = message('tune:choose-examples', nothing, exampleFileSchema.nullable());
/**
 * Where examples come from: a granted file, an outcome imported as labels, pasted ids or a segment of customers that have the
 * target, or the answers given so far.
 */
export const exampleOriginSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('file'),
    handle: z.string(),
    /** Column of labels, or null when the file lists customers that have the target. */
    label: z.string().nullable(),
  }),
  z.object({ by: z.literal('outcome'), label: z.string() }),
  z.object({ by: z.literal('ids'), ids: z.array(z.string().max(500)).max(MOST_IDS) }),
  z.object({ by: z.literal('segment'), fileId: z.int() }),
  z.object({ by: z.literal('answers') }),
]);
export type ExampleOrigin = z.infer<typeof exampleOriginSchema>;

export const startTuning = message(
  'tune:start',
  z.object({
    taskId: taskIdSchema,
    question: questionSchema,
    examples: exampleOriginSchema,
    /** Whether a soft prompt is trained as well. */
    softPrompt: z.boolean(),
  }),
  tunedSchema,
);

export const answeredSchema = z.object({ positives: z.number(), negatives: z.number() });
export type Answered = z.infer<typeof answeredSchema>;

/** A customer to be asked about, with the strongest things that are known. */
export const cardSchema = z.object({
  userId: z.string(),
  /** How likely the customer has the target, as far as is known. */
  probability: z.number(),
  facts: z.array(z.string()),
});
export type Card = z.infer<typeof cardSchema>;

/** The customers whose answer would teach the most, and how many were answered before. */
export const suggestCards = message(
  'tune:suggest',
  z.object({ taskId: taskIdSchema, question: questionSchema, count: z.int().min(1).max(20) }),
  z.object({ cards: z.array(cardSchema), answered: answeredSchema }),
);
/** Null takes an answer back. */
export const answerCard = message(
  'tune:answer',
  z.object({ question: questionSchema, userId: z.string(), label: z.union([z.literal(0), z.literal(1), z.null()]) }),
  answeredSchema,
);

const versionSchema = z.object({ name: z.string(), version: z.number() });
export const noteTuned = message('tune:note', versionSchema.extend({ note: z.string().max(500) }), nothing);
export const useTuned = message('tune:use', versionSchema, nothing);
export const deleteTuned = message('tune:delete', versionSchema, nothing);
export const restoreTuned = message('tune:restore', versionSchema, nothing);
/** By name, the newest version first. */
export const listTuned = message('tune:list', nothing, z.array(tunedSchema));
export const rankTuned = message(
  'tune:rank',
  z.object({ taskId: taskIdSchema, name: z.string(), version: z.number() }),
  rankingSchema,
);
