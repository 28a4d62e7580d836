import { taskReported, type TaskReport } from '../ipc/tasks.js';
import { Cancelled } from '../services/errors.js';
import type { Progress, Task } from '../services/task.js';

/** Shortest time between two reports of one task, in milliseconds. */
const INTERVAL = 100;

/** How a task ended. */
export interface Finished {
  title: string;
  outcome: 'done' | 'failed' | 'cancelled';
  /** Milliseconds from its start. */
  took: number;
}

interface Running {
  controller: AbortController;
  report: TaskReport;
  started: number;
  told: number;
}

/** The long tasks that the window started: each has progress, can be cancelled, and ends. */
export class TaskRegistry {
  private readonly running = new Map<string, Running>();

  /**
   * @param tell sends a report to the window; called at most ten times a second for each task
   * @param finish hears of the end of each task
   */
  constructor(
    private readonly tell: (channel: string, report: TaskReport) => void,
    private readonly finish: (finished: Finished) => void = () => undefined,
  ) {}

  list(): TaskReport[] {
    return [...this.running.values()].map(({ report }) => report);
  }

  /** Asks the task to stop; it ends when its work notices. Unknown tasks have ended already. */
  cancel(taskId: string): void {
    this.running.get(taskId)?.controller.abort();
  }

  cancelAll(): void {
    for (const { controller } of this.running.values()) controller.abort();
  }

  /** Runs `work` as a task. Whatever becomes of it, the window hears of its end. */
  async run<Value>(taskId: string, title: string, work: (task: Task) => Promise<Value>): Promise<Value> {
    const entry: Running = {
      controller: new AbortController(),
      report: { taskId, title, stage: '', done: 0, total: 0, elapsed: 0, ended: false },
      started: Date.now(),
      told: 0,
    };
    const began = Date.now();
    const end = (outcome: Finished['outcome']): void => this.finish({ title, outcome, took: Date.now() - began });
    this.running.set(taskId, entry);
    this.send(entry);
    try {
      const value = await work({ signal: entry.controller.signal, progress: (progress) => this.keep(entry, progress) });
      end('done');
      return value;
    } catch (error) {
      end(error instanceof Cancelled ? 'cancelled' : 'failed');
      throw error;
    } finally {
      this.running.delete(taskId);
      entry.report = { ...entry.report, ended: true };
      this.send(entry);
    }
  }

  private keep(entry: Running, { stage, done, total }: Progress): void {
    const isNewStage = stage !== entry.report.stage;
    // Remaining time is that of the stage: stages do not run at the same speed.
    if (isNewStage) entry.started = Date.now();
    entry.report = { ...entry.report, stage, done, total, elapsed: Date.now() - entry.started };
    if (isNewStage || Date.now() - entry.told >= INTERVAL) this.send(entry);
  }

  private send(entry: Running): void {
    entry.told = Date.now();
    this.tell(taskReported.channel, entry.report);
  }
}
