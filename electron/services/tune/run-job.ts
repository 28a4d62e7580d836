import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Cancelled } from '../errors.js';
import { throwIfCancelled, type Progress, type Task } from '../task.js';
import type { Job, Outcome } from './jobs.js';

type Said<J extends Job> = { progress: Progress } | { outcome: Outcome<J> };

/**
 * Carries out a job in a thread of its own, so that whoever asks goes on answering. An aborted task ends the thread at once.
 * @param job its arrays are taken away from the caller
 * @throws Cancelled
 */
export async function runJob<J extends Job>(job: J, task: Task, what: string): Promise<Outcome<J>> {
  throwIfCancelled(task, what);
  return new Promise((resolve, reject) => {
    const thread = startThread(job);
    const stop = (): void => {
      reject(new Cancelled(what));
      void thread.terminate();
    };
    task.signal.addEventListener('abort', stop);
    thread.on('message', (said: Said<J>) => {
      if ('progress' in said) return task.progress(said.progress);
      resolve(said.outcome);
      // A thread that waits for nothing may still keep the program from ending.
      void thread.terminate();
    });
    thread.on('error', reject);
    thread.on('exit', () => {
      task.signal.removeEventListener('abort', stop);
      // Has no effect once the outcome is there.
      reject(new Error(`${what} ended without an outcome`));
    });
  });
}

/** In the built app the thread runs the bundle that build/bundle.mjs makes of job-thread.ts, else the source itself. */
function startThread(job: Job): Worker {
  const options = { eval: true, workerData: job, transferList: buffersOf(job) };
  if (import.meta.url.endsWith('.ts')) {
    const tsx = pathToFileURL(
      createRequire(import.meta.url)
        .resolve('tsx/esm/api')
        .replace(/\.cjs$/, '.mjs'),
    ).href;
    const source = new URL('job-thread.ts', import.meta.url).href;
    return new Worker(`import('${tsx}').then(({ register }) => (register(), import('${source}')))`, options);
  }
  // The text and not its path: a thread does not see into the packed archive of an installed app.
  return new Worker(readFileSync(new URL('tune-thread.cjs', import.meta.url), 'utf8'), options);
}

function buffersOf({ gathered }: Job): ArrayBuffer[] {
  const { rows, columns, examples, scores, text, learned, prompted } = gathered;
  const arrays = [rows.start, rows.column, rows.value, columns.valueOf, examples, scores, text, learned, prompted];
  return [...new Set(arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])))];
}
