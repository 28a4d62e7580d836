import { Worker } from 'node:worker_threads';
import { Cancelled } from '../errors.js';
import type { Progress, Task } from '../task.js';
import type { Projection, ProjectionInput } from './project.js';

/** Projects customers; the input's features may be taken away from the caller. */
export type Projector = (input: ProjectionInput, task: Task) => Promise<Projection>;

type Said = { progress: Progress } | { result: Projection };

/**
 * Projects in a thread of its own, so that whoever asks goes on answering. An aborted task ends the thread at once.
 * @param source the bundled text of project-worker.ts. Text and not a path, because a worker thread does not see into
 *   the packed archive of an installed app.
 */
export function projectInWorker(source: string): Projector {
  return (input, task) =>
    new Promise((resolve, reject) => {
      if (task.signal.aborted) return reject(new Cancelled('Map'));
      const transferList = [input.features.buffer as ArrayBuffer];
      const worker = new Worker(source, { eval: true, workerData: input, transferList });
      const stop = (): void => {
        reject(new Cancelled('Map'));
        void worker.terminate();
      };
      task.signal.addEventListener('abort', stop);
      worker.on('message', (said: Said) => {
        if ('progress' in said) task.progress(said.progress);
        else resolve(said.result);
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        task.signal.removeEventListener('abort', stop);
        // Has no effect once the result is there.
        reject(new Error('The map was not finished.'));
      });
    });
}
