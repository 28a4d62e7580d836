import { z } from 'zod';
import { message, nothing } from './message.js';

export const workspaceSchema = z.object({
  name: z.string(),
  /** The folder that holds it, for the person to read. */
  folder: z.string(),
});
export type WorkspaceInfo = z.infer<typeof workspaceSchema>;

export const recentSchema = z.object({ handle: z.string(), name: z.string(), folder: z.string() });
export type RecentWorkspace = z.infer<typeof recentSchema>;

/** Every opening message answers with the workspace, or null when the person thought better of it. */
export const createWorkspace = message('workspace:create', nothing, workspaceSchema.nullable());
export const chooseWorkspace = message('workspace:choose', nothing, workspaceSchema.nullable());
export const openRecent = message(
  'workspace:open-recent',
  z.object({ handle: z.string() }),
  workspaceSchema.nullable(),
);
export const currentWorkspace = message('workspace:current', nothing, workspaceSchema.nullable());
/** A workspace of its own for the bundled sample, beside the app's settings. */
export const openSample = message('workspace:open-sample', nothing, workspaceSchema.nullable());
/** Whether it was closed: work that runs in it is asked about. */
export const closeWorkspace = message('workspace:close', nothing, z.boolean());
export const recentWorkspaces = message('workspace:recent', nothing, z.array(recentSchema));
