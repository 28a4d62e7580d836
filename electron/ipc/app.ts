import { z } from 'zod';
import { message, nothing } from './message.js';

export const appInfoSchema = z.object({
  version: z.string(),
  /** The device that runs the model and, for each other, why it does not; null before the model is loaded. */
  device: z.string().nullable(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

export const appInfo = message('app:info', nothing, appInfoSchema);
