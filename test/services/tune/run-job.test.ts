import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../electron/services/errors.js';
import { unattended } from '../../../electron/services/task.js';
import type { Gathered } from '../../../electron/services/tune/design.js';
import { carryOut, type LearnJob } from '../../../electron/services/tune/jobs.js';
import { runJob } from '../../../electron/services/tune/run-job.js';

/** Customers with one of 40 strings each; who has an even one has the target. */
function job(customers: number, examples: number): LearnJob {
  const wave = (length: number, step: number) => Float64Array.from({ length }, (_, at) => Math.sin(step * (at + 1)));
  const gathered: Gathered = {
    columns: { strings: 40, count: 41, valueOf: new Uint32Array(40).fill(40) },
    sampled: customers,
    examples: Uint32Array.from({ length: examples }, (_, at) => at),
    rows: {
      start: Uint32Array.from({ length: customers + 1 }, (_, at) => at),
      column: Uint32Array.from({ length: customers }, (_, at) => (at * 7) % 40),
      value: new Float64Array(customers).fill(1),
    },
    scores: wave(customers, 1.3),
    text: wave(customers * 16, 2.1),
    learned: undefined,
  };
  const answers = Array.from({ length: examples }, (_, at) => (((at * 7) % 40) % 2) as 0 | 1);
  return { kind: 'learn', gathered, known: { answers, doubt: 0 } };
}

describe('a job in a thread', () => {
  it('finds what it finds without one, while whoever asked goes on', async () => {
    const expected = carryOut(structuredClone(job(400, 80)), unattended);
    let ticks = 0;
    const clock = setInterval(() => ticks++, 5);
    const stages = new Set<string>();
    const found = await runJob(job(400, 80), { ...unattended, progress: ({ stage }) => stages.add(stage) }, 'Tuning');
    clearInterval(clock);
    expect(found).toEqual(expected);
    expect(found.after.value).toBeGreaterThan(0.9);
    expect([...stages]).toEqual(['compare customers', 'cross-validate']);
    expect(ticks).toBeGreaterThan(5);
  });

  it('ends at once when it is cancelled, before it began or amid its work', async () => {
    const control = new AbortController();
    const amid = runJob(job(400, 80), { signal: control.signal, progress: () => control.abort() }, 'Tuning');
    await expect(amid).rejects.toThrow(Cancelled);
    const task = { ...unattended, signal: AbortSignal.abort() };
    await expect(runJob(job(50, 10), task, 'Tuning')).rejects.toThrow(Cancelled);
  });
});
