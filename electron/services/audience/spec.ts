import { z } from 'zod';
import { YES_WORDS } from './consent.js';
import type { Combination } from './ranking.js';

/** A list of customers in a file; `column` names its id column where the usual names do not fit. */
const listSpec = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string().min(1), column: z.string().optional() }),
]);
export type ListSpec = z.infer<typeof listSpec>;

/** Known outcomes: a column of a file, or labels imported into the workspace under this name. */
const labelsSpec = z.union([
  z.strictObject({
    file: z.string().min(1),
    column: z.string().min(1),
    id: z.string().optional(),
    /** The value that is the target, where the column has other values than the usual ones. */
    positive: z.string().optional(),
  }),
  z.strictObject({ imported: z.string().min(1) }),
]);
export type LabelsSpec = z.infer<typeof labelsSpec>;

const sizeSpec = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('all') }),
  z.strictObject({ by: z.literal('top'), count: z.int().positive() }),
  z.strictObject({ by: z.literal('percent'), percent: z.number().positive().max(100) }),
  z.strictObject({ by: z.literal('score'), atLeast: z.number() }),
  z.strictObject({
    by: z.literal('value'),
    valuePerConversion: z.number().nonnegative(),
    costPerContact: z.number().nonnegative(),
    budget: z.number().nonnegative().optional(),
  }),
]);

/** Names of the columns that hold contact data, where they differ from the usual ones. */
const contactSpec = z.strictObject({
  email: z.string().optional(),
  phone: z.string().optional(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  city: z.string().optional(),
  state: z.string().optional(),
  zip: z.string().optional(),
  country: z.string().optional(),
});
export type ContactSpec = z.infer<typeof contactSpec>;

/** The rules of an audience as a person writes them; file paths are relative to the file they are written in. */
export const audienceSpec = z.strictObject({
  size: sizeSpec.default({ by: 'all' }),
  include: z.array(listSpec).default([]),
  exclude: z.array(listSpec).default([]),
  suppress: z.array(listSpec).default([]),
  consent: z
    .strictObject({
      column: z.string().min(1),
      allowed: z
        .array(z.string())
        .min(1)
        .default([...YES_WORDS]),
    })
    .optional(),
  /** Leaves out customers on at least `atMost` of these earlier exports. */
  frequency: z.strictObject({ earlier: z.array(listSpec).min(1), atMost: z.int().positive() }).optional(),
  cap: z.strictObject({ column: z.string().min(1), maxShare: z.number().positive().max(1) }).optional(),
  holdout: z.strictObject({ share: z.number().positive().lt(1), seed: z.string().min(1) }).optional(),
  /** Columns for which selection rates are reported. */
  fairness: z.array(z.string().min(1)).default([]),
  /** A file of contact data, consent or other columns per customer that were not imported. */
  customers: z.strictObject({ file: z.string().min(1), id: z.string().optional() }).optional(),
  contacts: contactSpec.default({}),
  /** Country (ISO 3166-1 alpha-2) of phones and addresses that name none. */
  defaultCountry: z.string().length(2).optional(),
  /** Outcomes of an earlier campaign, for size `value`. */
  labels: labelsSpec.optional(),
});
export type AudienceSpec = z.infer<typeof audienceSpec>;

export const EXPORT_FORMATS = ['csv', 'parquet', 'google', 'meta'] as const;
export const exportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormat>;

/** An instruction, with the answers that a good and a bad customer would give. */
export const questionSpec = z.strictObject({
  instruction: z.string().trim().min(1),
  answer: z.string().optional(),
  contrast: z.string().optional(),
});
export type QuestionSpec = z.infer<typeof questionSpec>;

/** A tuned instruction of the workspace, NAME or NAME@VERSION. */
export const tunedSpec = z.strictObject({ tuned: z.string().trim().min(1) });

/** What one ranking is made by. */
const askSpec = z.union([questionSpec, tunedSpec]);
export type AskSpec = z.infer<typeof askSpec>;

export const combinationSpec: z.ZodType<Combination> = z.lazy(() =>
  z.union([
    z.strictObject({ ranking: z.string().min(1) }),
    z.strictObject({ and: z.array(combinationSpec).min(1) }),
    z.strictObject({ or: z.array(combinationSpec).min(1) }),
    z.strictObject({ not: combinationSpec }),
  ]),
);

/** Whom to rank by: one instruction, or several joined over their ranks. */
export const targetSpec = z.union([
  questionSpec,
  tunedSpec,
  z.strictObject({ instructions: z.record(z.string(), askSpec), combine: combinationSpec }),
]);
export type TargetSpec = z.infer<typeof targetSpec>;

const offerParts = {
  name: z.string().min(1),
  capacity: z.int().nonnegative().optional(),
  labels: labelsSpec.optional(),
  /** Part of all customers that is expected to take it, where no labels say so. */
  rate: z.number().positive().lt(1).optional(),
};

const offerSpec = z
  .union([questionSpec.extend(offerParts), tunedSpec.extend(offerParts)])
  .refine(({ labels, rate }) => labels === undefined || rate === undefined, {
    message: 'the labels say what the rate is; leave one of the two out',
    path: ['rate'],
  });

export const offersSpec = z.strictObject({
  offers: z.array(offerSpec).min(1),
  contacts: z.int().nonnegative().optional(),
  atLeast: z.number().min(0).max(1).optional(),
});
export type OffersSpec = z.infer<typeof offersSpec>;

/** What a whole job ranks by. */
export type JobAsk = { target: TargetSpec } | { offers: OffersSpec };

/** What an offer's ranking is made by. */
export function askOf(offer: OffersSpec['offers'][number]): AskSpec {
  if ('tuned' in offer) return { tuned: offer.tuned };
  const { instruction, answer, contrast } = offer;
  return { instruction, answer, contrast };
}
