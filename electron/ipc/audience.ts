import { z } from 'zod';
import { estimateSchema } from './evaluate.js';
import { message, nothing } from './message.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** Known outcomes: labels of the workspace, or a column of a file that the person chose. */
export const outcomeSchema = z.union([
  z.object({ imported: z.string() }),
  z.object({ handle: z.string(), column: z.string() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/** How much of a ranking. `value`: what a campaign costs and brings says how much, unless `count` is a cut of one's own. */
export const sizeSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('top'), count: z.number().int().positive() }),
  z.object({ by: z.literal('percent'), percent: z.number().positive().max(100) }),
  z.object({ by: z.literal('score'), atLeast: z.number() }),
  z.object({
    by: z.literal('value'),
    outcome: outcomeSchema,
    valuePerConversion: z.number().nonnegative(),
    costPerContact: z.number().nonnegative(),
    budget: z.number().nonnegative().nullable(),
    count: z.number().int().positive().nullable(),
  }),
]);
export type Size = z.infer<typeof sizeSchema>;

export const exportFormatSchema = z.enum(['csv', 'parquet', 'google', 'meta']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** How a ranking is joined to everything that stands before it. */
export const joinSchema = z.enum(['and', 'or', 'andNot', 'orNot']);
export type Join = z.infer<typeof joinSchema>;

/** Who may be taken at all, whatever they are taken for. Files go by their handles. */
export const whoSchema = z.object({
  /** Lists of customers who alone may be taken, of those to leave out, and of those who must never be contacted. */
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  suppress: z.array(z.string()),
  /** A profile column that must say yes, and its values that do; null for the usual words. */
  consent: z.object({ column: z.string(), allowed: z.array(z.string()).min(1).nullable() }).nullable(),
  /** Not on `atMost` or more of these earlier exports. */
  frequency: z.object({ earlier: z.array(z.string()).min(1), atMost: z.number().int().positive() }).nullable(),
  /** Percent of the audience that is set aside uncontacted, to measure the campaign against; 0 for none. */
  holdoutPercent: z.number().min(0).max(90),
  /** A file of emails, phones, consent or other columns that were not imported. */
  customers: z.string().nullable(),
  /** Country (ISO 3166-1 alpha-2) of phones that name none. */
  country: z.string().length(2).nullable(),
});
export type Who = z.infer<typeof whoSchema>;

export const rulesSchema = whoSchema.extend({
  rankingId: z.number(),
  joined: z.array(z.object({ how: joinSchema, rankingId: z.number() })).max(5),
  size: sizeSchema,
  /** No value of the column is more than this part (0..1) of the audience. */
  cap: z.object({ column: z.string(), maxShare: z.number().positive().max(1) }).nullable(),
  /** Columns for which selection rates are wanted. */
  fairness: z.array(z.string()),
});
export type Rules = z.infer<typeof rulesSchema>;

/** Where every ranked customer went; all but `ranked` add up to it, and treated + holdout = selected. */
export const countsSchema = z.object({
  ranked: z.number(),
  notIncluded: z.number(),
  suppressed: z.number(),
  excluded: z.number(),
  withoutConsent: z.number(),
  contactedTooOften: z.number(),
  beyondSize: z.number(),
  overCap: z.number(),
  selected: z.number(),
  treated: z.number(),
  holdout: z.number(),
});
export type Counts = z.infer<typeof countsSchema>;

/** What contacting the best `count` customers is expected to bring. */
export const valuePointSchema = z.object({
  count: z.number(),
  conversions: z.number(),
  cost: z.number(),
  profit: z.number(),
});
export type ValuePoint = z.infer<typeof valuePointSchema>;

export const valueSchema = z.object({
  /** Evenly spaced cuts from nobody to everybody who may be taken. */
  points: z.array(valuePointSchema),
  optimum: valuePointSchema,
  /** Most customers that the budget reaches. */
  affordable: z.number(),
  /** The audience as it is, after cap and holdout. */
  expected: valuePointSchema,
});
export type Value = z.infer<typeof valueSchema>;

/** How often each group of a column is taken, with Wilson intervals. */
export const fairnessSchema = z.object({
  column: z.string(),
  /** By rate, the highest first. */
  groups: z.array(
    z.object({
      group: z.string(),
      customers: z.number(),
      selected: z.number(),
      rate: estimateSchema,
      belowFourFifths: z.boolean(),
      small: z.boolean(),
    }),
  ),
  /** Groups beyond the largest ones, which are given. */
  moreGroups: z.number(),
  warning: z.boolean(),
});
export type Fairness = z.infer<typeof fairnessSchema>;

/** What came of a list of the rules. */
export const listReportSchema = z.object({
  rule: z.enum(['include', 'suppress', 'exclude', 'earlier']),
  name: z.string(),
  /** Rows that name somebody, and ranked customers that they fit. */
  entries: z.number(),
  matched: z.number(),
});
export type ListReport = z.infer<typeof listReportSchema>;

/** A value that the consent column holds, and whether it means yes where nothing else is named. */
export const consentValueSchema = z.object({ value: z.string(), customers: z.number(), isYes: z.boolean() });
export type ConsentValue = z.infer<typeof consentValueSchema>;

export const previewSchema = z.object({
  counts: countsSchema,
  lists: z.array(listReportSchema),
  /** What to know before the audience is used. */
  warnings: z.array(z.string()),
  /** Score of the last customer taken; null when nobody is. */
  lowestScore: z.number().nullable(),
  /** Lowest and highest score of the ranking, which a joined one has its own of. */
  scores: z.object({ low: z.number(), high: z.number() }),
  /** Columns of the profile, which rules may name. */
  columns: z.array(z.string()),
  /** The column that must say yes and what it holds, the most common first. */
  consent: z.object({ column: z.string(), values: z.array(consentValueSchema) }).nullable(),
  fairness: z.array(fairnessSchema),
  value: valueSchema.nullable(),
});
export type Preview = z.infer<typeof previewSchema>;

export const exportedSchema = z.object({
  handle: z.string(),
  path: z.string(),
  /** Customers in the file. */
  customers: z.number(),
  /** Customers whom a platform could not match, and who were left out. */
  unmatchable: z.number(),
  /** Names of the files beside it: the whole audience with its holdout, and how the export was made. */
  beside: z.array(z.string()),
});
export type Exported = z.infer<typeof exportedSchema>;

export const outcomeFileSchema = z.object({ file: grantedFileSchema, columns: z.array(z.string()) });
export type OutcomeFile = z.infer<typeof outcomeFileSchema>;

/** Whom these rules would take; writes nothing. */
export const previewAudience = message('audience:preview', rulesSchema, previewSchema);
/** Files of customer ids; null when the dialog was closed. */
export const chooseLists = message('audience:choose-lists', nothing, z.array(grantedFileSchema).nullable());
/** A table with ids, and its other columns; null when the dialog was closed. */
export const chooseOutcomes = message('audience:choose-outcomes', nothing, outcomeFileSchema.nullable());
/** Asks where to and writes; null when the dialog was closed. */
export const exportAudience = message(
  'audience:export',
  z.object({ taskId: taskIdSchema, rules: rulesSchema, format: exportFormatSchema }),
  exportedSchema.nullable(),
);
/** Asks where to and writes the whole job, from the files to this export; the recipe's path, or null. */
export const saveRecipe = message(
  'audience:recipe',
  z.object({ rules: rulesSchema, format: exportFormatSchema }),
  z.string().nullable(),
);
/** Shows an exported file in the system's file manager. */
export const revealExport = message('audience:reveal', z.object({ handle: z.string() }), nothing);
