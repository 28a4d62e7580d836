import { z } from 'zod';
import { message, nothing } from './message.js';

export const appInfoSchema = z.object({
  version: z.string(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

export const appInfo = message('app:info', nothing, appInfoSchema);
