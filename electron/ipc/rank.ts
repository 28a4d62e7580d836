import { z } from 'zod';
import { message, nothing } from './message.js';
import { kindSchema, taskIdSchema } from './vocabulary.js';

/** Characters of an instruction, an answer or a contrast. */
export const MOST_CHARACTERS = 4000;
const words = z.string().max(MOST_CHARACTERS);

export const questionSchema = z.object({
  instruction: words,
  answer: words.optional(),
  contrast: words.optional(),
});
export type Question = z.infer<typeof questionSchema>;

/** How the model read the instruction. Only a ranking just made carries it. */
export const understandingSchema = z.object({
  wanted: z.array(z.string()),
  unwanted: z.array(z.string()),
  direction: z.enum(['present', 'high', 'low', 'active', 'inactive']),
  answer: z.string(),
});
export type Understanding = z.infer<typeof understandingSchema>;

export const rankingSchema = z.object({
  rankingId: z.number(),
  question: questionSchema,
  customers: z.number(),
  /** The device that scored, and the model's name. */
  device: z.string(),
  model: z.string(),
  /** Number of the fit that scored, null for the model as it ships. */
  fit: z.number().nullable(),
  /** NAME@VERSION of the tuned instruction that ranked, null for an untuned one. */
  tuned: z.string().nullable(),
  /** ISO 8601. */
  createdAt: z.string(),
  understanding: understandingSchema.optional(),
});
export type Ranking = z.infer<typeof rankingSchema>;

export const rankedCustomerSchema = z.object({
  rank: z.number(),
  userId: z.string(),
  score: z.number(),
});
export type RankedCustomer = z.infer<typeof rankedCustomerSchema>;

/** A row of the table; `cells` are the profile columns that were asked for, empty where nothing is known. */
export const rankedRowSchema = rankedCustomerSchema.extend({ cells: z.array(z.string()) });
export type RankedRow = z.infer<typeof rankedRowSchema>;

export const startRanking = message(
  'rank:start',
  z.object({ taskId: taskIdSchema, question: questionSchema }),
  rankingSchema,
);
/** Rankings of this workspace, newest first. */
export const listRankings = message('rank:list', nothing, z.array(rankingSchema));

/** Customers whose profile column lies in a range of numbers, or is one of the words. */
export const rankingFilterSchema = z.union([
  z.object({ column: z.string(), from: z.number().nullable(), to: z.number().nullable() }),
  z.object({ column: z.string(), words: z.array(z.string()) }),
]);
export type RankingFilter = z.infer<typeof rankingFilterSchema>;

/** Columns of the profile, which customers can be shown and filtered by. */
export const profileColumnSchema = z.object({ name: z.string(), isNumber: z.boolean() });
export type ProfileColumn = z.infer<typeof profileColumnSchema>;

export const profileColumns = message('rank:columns', nothing, z.array(profileColumnSchema));
/** The most frequent words of a profile column. */
export const columnWords = message('rank:words', z.object({ column: z.string() }), z.array(z.string()));

/** A stretch of a ranking. `search` keeps the customers whose id contains it. */
export const rankingPage = message(
  'rank:page',
  z.object({
    rankingId: z.number(),
    offset: z.number().int().nonnegative(),
    limit: z.number().int().positive().max(500),
    search: z.string().max(200),
    columns: z.array(z.string()).max(12),
    filter: rankingFilterSchema.nullable(),
  }),
  z.object({ total: z.number(), rows: z.array(rankedRowSchema) }),
);

/** How many customers have a score in each of equally wide bins. */
export const scoreDistribution = message(
  'rank:distribution',
  z.object({ rankingId: z.number() }),
  z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })),
);

/** What one source says of a customer; `rows` are its newest, and may be fewer than `total`. */
export const customerSourceSchema = z.object({
  kind: kindSchema,
  name: z.string(),
  total: z.number(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string())),
});
export type CustomerSource = z.infer<typeof customerSourceSchema>;

/** What a dated source says of a customer on one day: a few of the things that happened, and how many others. */
export const momentSchema = z.object({
  day: z.string(),
  kind: kindSchema,
  what: z.array(z.string()),
  more: z.number(),
});
export type Moment = z.infer<typeof momentSchema>;

export const customerTimeline = message('rank:timeline', z.object({ userId: z.string() }), z.array(momentSchema));

export const customerSources = message(
  'rank:customer',
  z.object({ userId: z.string() }),
  z.array(customerSourceSchema),
);
