import { z } from 'zod';
import { message, nothing } from './message.js';
import { grantedFileSchema, kindSchema, roleSchema, taskIdSchema } from './vocabulary.js';

export const columnSchema = z.object({
  name: z.string(),
  role: roleSchema,
  /** Why this role was proposed, in plain words. */
  reason: z.string(),
});
export type Column = z.infer<typeof columnSchema>;

export const inspectionSchema = z.object({
  file: grantedFileSchema,
  kind: kindSchema,
  reason: z.string(),
  /** "CSV, UTF-8, comma" and the like. */
  format: z.string(),
  columns: z.array(columnSchema.extend({ mayBeSensitive: z.boolean() })),
  /** The first rows of the file as they stand in it, one cell per column. */
  rows: z.array(z.array(z.string())),
  /** True when a file of the same content has been imported before. */
  alreadyImported: z.boolean(),
});
export type Inspection = z.infer<typeof inspectionSchema>;
export type InspectedColumn = Inspection['columns'][number];

export const rejectSchema = z.object({
  /** Line in the file, from 1. */
  line: z.number(),
  column: z.string().nullable(),
  reason: z.string(),
});

/** The counts of one imported file; read = accepted + rejected + duplicates. */
export const fileReportSchema = z.object({
  name: z.string(),
  kind: kindSchema,
  read: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  /** Rejected rows by reason, most frequent first. */
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
  /** A few of the rejected rows. */
  examples: z.array(rejectSchema),
});
export type FileReport = z.infer<typeof fileReportSchema>;

export const sourceOverviewSchema = z.object({
  fileId: z.number(),
  kind: kindSchema,
  name: z.string(),
  accepted: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  customers: z.number(),
  /** First and last time of the rows, ISO 8601 date; null where the source has no time. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  columns: z.array(columnSchema),
  /** The most frequent texts with the number of rows. */
  frequent: z.array(z.object({ text: z.string(), count: z.number() })),
});
export type SourceOverview = z.infer<typeof sourceOverviewSchema>;

export const overviewSchema = z.object({
  customers: z.number(),
  sources: z.array(sourceOverviewSchema),
  /** Deleted files that can be brought back, the last one first. */
  removed: z.array(z.object({ fileId: z.number(), kind: kindSchema, name: z.string() })),
});
export type Overview = z.infer<typeof overviewSchema>;

/** How the values of a number column are spread; see the service for what the bins hold. */
export const histogramSchema = z.object({
  column: z.string(),
  filled: z.number(),
  empty: z.number(),
  low: z.number(),
  median: z.number(),
  high: z.number(),
  isLog: z.boolean(),
  bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })),
});
export type Histogram = z.infer<typeof histogramSchema>;

/** Null when the person closed the dialog. */
export const chooseFiles = message('data:choose-files', nothing, z.array(grantedFileSchema).nullable());
/** Paths come from the preload script, which reads them off the dropped files; the window cannot make them up. */
export const grantDropped = message('data:grant-dropped', z.array(z.string()).max(100), z.array(grantedFileSchema));
export const sampleFiles = message('data:sample-files', nothing, z.array(grantedFileSchema));

export const inspectFile = message('data:inspect', z.object({ handle: z.string() }), inspectionSchema);

export const importFile = message(
  'data:import',
  z.object({
    taskId: taskIdSchema,
    handle: z.string(),
    kind: kindSchema,
    columns: z.array(z.object({ name: z.string(), role: roleSchema })),
  }),
  fileReportSchema,
);

/** A new version that would leave fewer than half of the rows that there are: nothing is replaced before somebody says so. */
export const shrinkingSchema = z.object({
  fileId: z.number(),
  name: z.string(),
  file: grantedFileSchema,
  rowsNow: z.number(),
  rowsThen: z.number(),
});
export type Shrinking = z.infer<typeof shrinkingSchema>;

/**
 * Asks for a file that is a newer version of one of the workspace, or whose rows are added to it, and imports it with the
 * same roles; null when the dialog was closed.
 */
export const updateSource = message(
  'data:update-source',
  z.object({
    taskId: taskIdSchema,
    fileId: z.number().int(),
    as: z.enum(['replacement', 'addition']),
    /** The file that somebody was asked about and meant, however few rows it has; null to ask for one. */
    meant: z.string().nullable(),
  }),
  z
    .discriminatedUnion('done', [
      z.object({ done: z.literal(true), report: fileReportSchema }),
      z.object({ done: z.literal(false), shrinking: shrinkingSchema }),
    ])
    .nullable(),
);
export const removeSource = message('data:remove-source', z.object({ fileId: z.number().int() }), nothing);
export const restoreSource = message('data:restore-source', z.object({ fileId: z.number().int() }), nothing);

/** One per number column of a file. */
export const numberHistograms = message(
  'data:histograms',
  z.object({ fileId: z.number().int() }),
  z.array(histogramSchema),
);

export const dataOverview = message('data:overview', nothing, overviewSchema);
/** Writes every rejected row to a file that the person names; null when the dialog was closed. */
export const saveRejects = message('data:save-rejects', nothing, z.object({ path: z.string() }).nullable());
