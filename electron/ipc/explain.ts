import { z } from 'zod';
import { rulesSchema } from './audience.js';
import { estimateSchema } from './evaluate.js';
import { message } from './message.js';
import { kindSchema } from './vocabulary.js';

const effectSchema = z.object({
  source: kindSchema,
  /** Score less the score without it: above 0 it spoke for the customer. */
  effect: z.number(),
  /** The rank that the customer would have without it. */
  rankWithout: z.number(),
});

export const eventEffectSchema = effectSchema.extend({
  text: z.string(),
  /** Weight in the model's attention, 0..1 over all events of the customer. */
  attention: z.number(),
});
export type EventEffect = z.infer<typeof eventEffectSchema>;

export const sourceEffectSchema = effectSchema.extend({
  events: z.number(),
  /** Part of all sources' effects, 0..1. */
  share: z.number(),
});
export type SourceEffect = z.infer<typeof sourceEffectSchema>;

/** Why a customer has its score: the strongest of its events, and all of its sources. */
export const whySchema = z.object({
  rank: z.number(),
  customers: z.number(),
  events: z.number(),
  spokeFor: z.array(eventEffectSchema),
  spokeAgainst: z.array(eventEffectSchema),
  sources: z.array(sourceEffectSchema),
  /** Those that spoke for the customer, all left out at once. */
  together: z.object({ events: z.number(), effect: z.number(), rankWithout: z.number() }),
});
export type Why = z.infer<typeof whySchema>;

export const nearestSchema = z.object({
  /** What is compared: user embeddings under the instruction, or events. */
  by: z.enum(['embedding', 'events']),
  customers: z.array(
    z.object({
      userId: z.string(),
      rank: z.number(),
      score: z.number(),
      /** Cosine. */
      likeness: z.number(),
      shared: z.array(z.string()),
    }),
  ),
});
export type Nearest = z.infer<typeof nearestSchema>;

export const liftsSchema = z.object({
  audience: z.number(),
  rest: z.number(),
  /** Items that enough customers have. */
  compared: z.number(),
  items: z.array(
    z.object({
      text: z.string(),
      source: kindSchema,
      audience: z.number(),
      rest: z.number(),
      /** How many times as often the audience has it, with its 95 % interval. */
      lift: estimateSchema,
    }),
  ),
});
export type Lifts = z.infer<typeof liftsSchema>;

const customerOfRanking = z.object({ rankingId: z.number(), userId: z.string() });

export const explainCustomer = message('explain:customer', customerOfRanking, whySchema);
export const nearestCustomers = message('explain:nearest', customerOfRanking, nearestSchema);
/** What the customers that these rules take, held out or not, have more of than the rest. */
export const audienceLifts = message('explain:audience', rulesSchema, liftsSchema);
