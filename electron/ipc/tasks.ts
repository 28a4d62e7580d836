import { z } from 'zod';
import { message, nothing } from './message.js';
import { taskIdSchema } from './vocabulary.js';

/** One report of a running task; `total` 0 means that the amount is unknown. */
export const taskReportSchema = z.object({
  taskId: taskIdSchema,
  /** What the person started, in a few words. */
  title: z.string(),
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  /** Milliseconds since the stage began. */
  elapsed: z.number(),
  ended: z.boolean(),
});
export type TaskReport = z.infer<typeof taskReportSchema>;

/** Sent by the main process at most ten times a second for each task, and once at its end. */
export const taskReported = { channel: 'tasks:reported', payload: taskReportSchema };

export const listTasks = message('tasks:list', nothing, z.array(taskReportSchema));
export const cancelTask = message('tasks:cancel', z.object({ taskId: taskIdSchema }), nothing);
