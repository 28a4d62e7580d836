import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Cancelled } from '../../electron/services/errors.js';
import type { Progress, Task } from '../../electron/services/task.js';
import { Session } from '../../electron/shell/session.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

let folder: string;
let session: Session;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'instructue-session-'));
  session = new Session(TINY_MODEL);
  await session.enter(join(folder, 'one.instructue'), { create: true });
});
afterEach(async () => {
  await session.leave();
  rmSync(folder, { recursive: true });
});

function watched(): { task: Task; said: string[]; cancel: () => void } {
  const said: string[] = [];
  const controller = new AbortController();
  const progress = ({ stage }: Progress): void => void said.push(stage);
  return { task: { signal: controller.signal, progress }, said, cancel: () => controller.abort() };
}

/** Work that goes on until it is told to end. */
function held(): { work: () => Promise<string>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<string>((resolve) => (end = () => resolve('done')));
  return { work: () => ended, end: () => end() };
}

it('refuses a change of a moment while long work runs, and makes it afterwards', async () => {
  const long = held();
  const running = session.change(watched().task, long.work);
  const set = () => session.edit(({ workspace }) => workspace.setMeta('touched', 'yes'));
  await expect(set()).rejects.toMatchObject({ code: 'workspace-busy' });
  long.end();
  expect(await running).toBe('done');
  await set();
  expect(await session.reader().meta('touched')).toBe('yes');
});

it('says that long work waits for other long work, which is not held up by its cancelling', async () => {
  const first = held();
  const running = session.change(watched().task, first.work);
  const [second, third] = [watched(), watched()];
  const waiting = session.change(second.task, () => Promise.resolve('second'));
  const cancelled = session.change(third.task, () => Promise.resolve('third'));
  expect([second.said, third.said]).toEqual([['wait'], ['wait']]);
  third.cancel();
  await expect(cancelled).rejects.toBeInstanceOf(Cancelled);
  first.end();
  expect(await Promise.all([running, waiting])).toEqual(['done', 'second']);
});

it('closes when the work on it has ended, whatever became of that', async () => {
  const long = held();
  const failing = session.change(watched().task, async () => {
    await long.work();
    throw new Error('out of luck');
  });
  const left = session.leave();
  expect(session.info()?.name).toBe('one');
  long.end();
  await expect(failing).rejects.toThrow('out of luck');
  await left;
  expect(session.info()).toBeNull();
  expect(() => session.reader()).toThrow(expect.objectContaining({ code: 'workspace-none' }) as Error);
});
