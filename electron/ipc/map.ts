import { z } from 'zod';
import { message, nothing } from './message.js';
import { grantedFileSchema, taskIdSchema } from './vocabulary.js';

/** Characters of a phrase to light up by. */
export const MOST_PHRASE = 400;

/** What customers are laid out by: everything known of them, or what a ranking's instruction makes of them. */
export const mapViewSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('general') }),
  z.object({ by: z.literal('instruction'), rankingId: z.number() }),
]);
export type MapView = z.infer<typeof mapViewSchema>;

export const clusterLabelSchema = z.object({
  cluster: z.number(),
  customers: z.number(),
  /** The customers' own words with the largest lift; `share` of the cluster and `base` of all have it, each 0..1. */
  words: z.array(z.object({ text: z.string(), share: z.number(), base: z.number() })),
});
export type ClusterLabel = z.infer<typeof clusterLabelSchema>;

/** A map of all customers, in the order of their numbers. */
export const customerMapSchema = z.object({
  /** x and y within 0..1, [customers, 2]. */
  positions: z.instanceof(Float32Array<ArrayBufferLike>),
  clusters: z.instanceof(Uint8Array<ArrayBufferLike>),
  /** Middle of each cluster, [clusters, 2]. */
  centres: z.instanceof(Float32Array<ArrayBufferLike>),
  labels: z.array(clusterLabelSchema),
});
export type CustomerMap = z.infer<typeof customerMapSchema>;

export const colourBySchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('score'), rankingId: z.number() }),
  z.object({ by: z.literal('coverage') }),
  z.object({ by: z.literal('column'), column: z.string() }),
]);
export type ColourBy = z.infer<typeof colourBySchema>;

/** A value for every customer, NaN for none; with categories it is the number of one, for moments days since 1970. */
export const mapColoursSchema = z.object({
  values: z.instanceof(Float32Array<ArrayBufferLike>),
  categories: z.array(z.string()).nullable(),
  isTime: z.boolean().optional(),
});
export type MapColours = z.infer<typeof mapColoursSchema>;

export const segmentSchema = z.object({
  fileId: z.number(),
  name: z.string(),
  customers: z.number(),
  file: grantedFileSchema,
});
export type Segment = z.infer<typeof segmentSchema>;

export const makeMap = message('map:make', z.object({ taskId: taskIdSchema, view: mapViewSchema }), customerMapSchema);
/** The stored map of the customers as they are now, or null when there is none. */
export const readMap = message('map:read', mapViewSchema, customerMapSchema.nullable());
/** Columns of the profile, which customers can be coloured by. */
export const mapColumns = message('map:columns', nothing, z.array(z.string()));
export const mapColours = message('map:colours', colourBySchema, mapColoursSchema);
/** How near each customer comes to a phrase: the cosine of their nearest string, NaN for customers without any. */
export const searchMap = message(
  'map:search',
  z.object({ phrase: z.string().max(MOST_PHRASE) }),
  z.instanceof(Float32Array<ArrayBufferLike>),
);
export const saveSegment = message(
  'map:save-segment',
  z.object({ name: z.string().max(200), customers: z.instanceof(Uint32Array<ArrayBufferLike>) }),
  segmentSchema,
);
/** Segments of the workspace, the newest first. */
export const listSegments = message('map:segments', nothing, z.array(segmentSchema));
