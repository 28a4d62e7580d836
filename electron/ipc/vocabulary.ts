import { z } from 'zod';

/** What an imported file may hold: the six sources in their fixed order, or what is judged and selected by. */
export const kindSchema = z.enum([
  'purchases',
  'services',
  'paths',
  'searches',
  'apps',
  'profile',
  'labels',
  'segment',
]);
export type Kind = z.infer<typeof kindSchema>;

export const roleSchema = z.enum(['id', 'text', 'number', 'time', 'sensitive', 'ignore', 'label']);
export type Role = z.infer<typeof roleSchema>;

/**
 * A file that the person chose in a dialog, dropped on the window, or that ships with the app. The window knows it
 * by its handle alone; the path stays in the main process.
 */
export const grantedFileSchema = z.object({
  handle: z.string(),
  name: z.string(),
  /** Size in bytes. */
  bytes: z.number(),
});
export type GrantedFile = z.infer<typeof grantedFileSchema>;

/** Chosen by the window; progress and cancelling refer to it. */
export const taskIdSchema = z.string().min(1).max(64);
