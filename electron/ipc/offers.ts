import { z } from 'zod';
import { exportedSchema, outcomeSchema, whoSchema } from './audience.js';
import { message } from './message.js';
import { taskIdSchema } from './vocabulary.js';

export const offerSchema = z.object({
  name: z.string().trim().min(1).max(100),
  rankingId: z.number(),
  /** Most customers who may get it; null for any number. */
  capacity: z.number().int().nonnegative().nullable(),
  /** Imported labels that say who took it; null when nothing is known. */
  outcome: z.string().nullable(),
  /** Percent of all customers expected to take it, where no outcome says so; null when nobody knows. */
  ratePercent: z.number().positive().lt(100).nullable(),
});
export type Offer = z.infer<typeof offerSchema>;

/** Offers, how many customers are contacted at most, and who may be contacted at all. */
export const offeringSchema = z.object({
  offers: z.array(offerSchema).min(1).max(20),
  contacts: z.number().int().nonnegative().nullable(),
  who: whoSchema,
});
export type Offering = z.infer<typeof offeringSchema>;

export const offerPlanSchema = z.object({
  /** How scores of different offers were made comparable: as probabilities (by outcomes, or by given rates too), or as percentiles of each ranking. */
  comparison: z.enum(['calibrated', 'expected', 'rank']),
  perOffer: z.array(z.object({ offer: z.string(), capacity: z.number().nullable(), customers: z.number() })),
  /** Customers with an offer, and those of them who are held out. */
  assigned: z.number(),
  holdout: z.number(),
  /** Customers who may be contacted and got nothing. */
  unassigned: z.number(),
  /** Customers whom lists, consent and frequency left out. */
  leftOut: z.number(),
});
export type OfferPlan = z.infer<typeof offerPlanSchema>;

/** Offers whose takers are known. */
export const takenOfferSchema = z.object({ name: z.string().min(1), rankingId: z.number(), taken: outcomeSchema });
export type TakenOffer = z.infer<typeof takenOfferSchema>;

/** Ways of putting offers in order: by rank alone, by rank and the known rate, calibrated, and the same for everybody. */
export const offerWaySchema = z.enum(['byRank', 'expected', 'calibrated', 'popularity']);
export type OfferWay = z.infer<typeof offerWaySchema>;

/** How well each way meets what customers took. Rates, calibration and popularity are of the half that is not measured. */
export const offerEvaluationSchema = z.object({
  offers: z.number(),
  /** Customers measured: those of the other half who took at least one. */
  customers: z.number(),
  ways: z.array(z.object({ way: offerWaySchema, hitRateAt1: z.number(), hitRateAt3: z.number(), ndcgAt3: z.number() })),
});
export type OfferEvaluation = z.infer<typeof offerEvaluationSchema>;

export const offerFormatSchema = z.enum(['csv', 'parquet']);
export type OfferFormat = z.infer<typeof offerFormatSchema>;

/** Who would get what; writes nothing. */
export const planOffers = message(
  'offers:plan',
  z.object({ taskId: taskIdSchema, offering: offeringSchema }),
  offerPlanSchema,
);
/** Sets the orders of the offers beside what customers took; writes nothing. */
export const evaluateOffers = message(
  'offers:evaluate',
  z.object({ taskId: taskIdSchema, offers: z.array(takenOfferSchema).min(1).max(20) }),
  offerEvaluationSchema,
);
/** Asks where to and writes one file with offer, score and runner-up; null when the dialog was closed. */
export const exportOffers = message(
  'offers:export',
  z.object({ taskId: taskIdSchema, offering: offeringSchema, format: offerFormatSchema }),
  exportedSchema.nullable(),
);
/** Asks where to and writes the whole job as a recipe; its path, or null. */
export const saveOffersRecipe = message(
  'offers:recipe',
  z.object({ offering: offeringSchema, format: offerFormatSchema }),
  z.string().nullable(),
);
