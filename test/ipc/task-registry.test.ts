import { describe, expect, it } from 'vitest';
import type { TaskReport } from '../../electron/ipc/tasks.js';
import { Cancelled } from '../../electron/services/errors.js';
import { throwIfCancelled, type Task } from '../../electron/services/task.js';
import { TaskRegistry, type Finished } from '../../electron/shell/task-registry.js';

function registry() {
  const told: TaskReport[] = [];
  const ended: Finished[] = [];
  const tasks = new TaskRegistry(
    (_channel, report) => told.push(report),
    (finished) => ended.push(finished),
  );
  return { told, ended, tasks };
}

describe('the task registry', () => {
  it('tells of the start, of each stage and of the end', async () => {
    const { told, tasks } = registry();
    const value = await tasks.run('a', 'Import', (task) => {
      task.progress({ stage: 'read', done: 0, total: 10 });
      task.progress({ stage: 'write', done: 10, total: 10 });
      expect(tasks.list()).toHaveLength(1);
      return Promise.resolve(42);
    });
    expect(value).toBe(42);
    expect(told.map(({ stage, ended }) => [stage, ended])).toEqual([
      ['', false],
      ['read', false],
      ['write', false],
      ['write', true],
    ]);
    expect(tasks.list()).toEqual([]);
  });

  it('does not flood the window with reports of one stage', async () => {
    const { told, tasks } = registry();
    await tasks.run('a', 'Rank', (task) => {
      for (let done = 0; done < 1000; done++) task.progress({ stage: 'score', done, total: 1000 });
      return Promise.resolve();
    });
    expect(told.length).toBeLessThan(10);
  });

  it('cancels the work, and tells of its end', async () => {
    const { told, tasks } = registry();
    const work = async (task: Task) => {
      tasks.cancel('a');
      await Promise.resolve();
      throwIfCancelled(task, 'Ranking');
    };
    await expect(tasks.run('a', 'Rank', work)).rejects.toBeInstanceOf(Cancelled);
    expect(told.at(-1)?.ended).toBe(true);
  });

  it('says how each task ended', async () => {
    const { ended, tasks } = registry();
    await tasks.run('a', 'Import', () => Promise.resolve());
    await tasks.run('b', 'Rank', () => Promise.reject(new Error('broken'))).catch(() => undefined);
    await tasks.run('c', 'Map', () => Promise.reject(new Cancelled('Map'))).catch(() => undefined);
    expect(ended.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['Import', 'done'],
      ['Rank', 'failed'],
      ['Map', 'cancelled'],
    ]);
    for (const { took } of ended) expect(took).toBeGreaterThanOrEqual(0);
  });

  it('is not held up by a task that failed', async () => {
    const { tasks } = registry();
    await expect(tasks.run('a', 'Import', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await tasks.run('a', 'Import', () => Promise.resolve('fine'))).toBe('fine');
  });
});
