import { Cancelled } from './errors.js';

/** One report of a running task. `done` and `total` count the stage's own units; `total` 0 means unknown. */
export interface Progress {
  stage: string;
  done: number;
  total: number;
}

/** What a long piece of work gets from its caller: a way to be stopped, and somebody to tell. */
export interface Task {
  signal: AbortSignal;
  progress(report: Progress): void;
}

/** A task that nobody watches and nobody cancels. */
export const unattended: Task = { signal: new AbortController().signal, progress: () => undefined };

/** @throws Cancelled when the task's signal has been aborted. */
export function throwIfCancelled(task: Task, what: string): void {
  if (task.signal.aborted) throw new Cancelled(what);
}
