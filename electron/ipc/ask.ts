import { z } from 'zod';
import { message } from './message.js';
import { questionSchema, understandingSchema } from './rank.js';

/** What could make a question better; see electron/services/rank/reading.ts. */
export const hintSchema = z.enum([
  'unnamed',
  'guessed',
  'vague',
  'absent',
  'unchecked',
  'negation-lost',
  'negation-read',
]);
export type Hint = z.infer<typeof hintSchema>;

export const readPhraseSchema = z.object({
  phrase: z.string(),
  isWanted: z.boolean(),
  /** Why the phrase itself may find nobody. */
  doubt: z.enum(['vague', 'absent']).nullable(),
  /** What comes nearest to it in the data, the nearest first. */
  nearest: z.array(z.object({ text: z.string(), customers: z.number(), cosine: z.number() })),
});
export type ReadPhrase = z.infer<typeof readPhraseSchema>;

/** A question as the model reads it, before anybody is ranked. */
export const readingSchema = z.object({
  understanding: understandingSchema,
  phrases: z.array(readPhraseSchema),
  hints: z.array(hintSchema),
});
export type Reading = z.infer<typeof readingSchema>;

/** How alike rankings are, rows and columns in the order asked for. */
export const comparisonSchema = z.object({
  /** Part of one ranking's best customers that are among the other's too, 0..1. */
  overlap: z.array(z.array(z.number())),
  /** Rank correlation, -1..1. */
  correlation: z.array(z.array(z.number())),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const moveSchema = z.object({ userId: z.string(), from: z.number(), to: z.number() });
export type Move = z.infer<typeof moveSchema>;

const percent = z.number().positive().max(100);

/** Reads a question and looks up in the data what it names; ranks nobody. */
export const readAhead = message('ask:read', questionSchema, readingSchema);
export const compareRankings = message(
  'ask:compare',
  z.object({ rankingIds: z.array(z.number()).min(2).max(4), percent }),
  comparisonSchema,
);
/** Customers among the best of either ranking who move most from one to the other, the furthest first. */
export const largestMoves = message(
  'ask:moves',
  z.object({ from: z.number(), to: z.number(), percent, limit: z.number().int().positive().max(200) }),
  z.array(moveSchema),
);
