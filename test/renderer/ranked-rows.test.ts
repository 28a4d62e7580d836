import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import type { RankedRow } from '../../electron/ipc/rank.js';

const row = (rank: number): RankedRow => ({ rank, userId: `c${rank}`, score: -rank, cells: [] });
const rowsFrom = (offset: number): RankedRow[] => Array.from({ length: 200 }, (_, at) => row(offset + at + 1));

/** Pages that were asked for and have not been answered. */
let waiting: { offset: number; answer: () => void }[] = [];
const page = ({ offset }: { offset: number }): Promise<unknown> =>
  new Promise((resolve) => {
    const value = { total: 1_000_000, rows: rowsFrom(offset) };
    waiting.push({ offset, answer: () => resolve({ ok: true, value }) });
  });

async function answerAll(): Promise<void> {
  for (const { answer } of waiting.splice(0)) answer();
  await new Promise((resolve) => setTimeout(resolve));
}

async function shownRanking() {
  vi.stubGlobal('window', {
    instructue: { rank: { page, columns: () => Promise.resolve({ ok: true, value: [] }) } },
  });
  const { useRankedRows } = await import('../../renderer/stores/ranked-rows.js');
  setActivePinia(createPinia());
  const rows = useRankedRows();
  const shown = rows.show(1);
  await vi.waitUntil(() => waiting.length > 0);
  await answerAll();
  await shown;
  return rows;
}

beforeEach(() => {
  waiting = [];
});

it('asks for one page at a time, so that a fling leaves out what it passed', async () => {
  const rows = await shownRanking();
  expect(rows.rowAt(3)?.userId).toBe('c4');
  for (const index of [1000, 2000, 3000]) expect(rows.rowAt(index)).toBeUndefined();
  expect(waiting.map(({ offset }) => offset)).toEqual([1000]);

  await answerAll();
  expect(rows.rowAt(1000)?.userId).toBe('c1001');
  expect(rows.rowAt(3000)).toBeUndefined();
  expect(waiting.map(({ offset }) => offset)).toEqual([3000]);
});

it('drops a page of an earlier search and does not wait for it', async () => {
  const rows = await shownRanking();
  expect(rows.rowAt(1000)).toBeUndefined();
  const found = rows.find('c');
  expect(waiting.map(({ offset }) => offset)).toEqual([1000, 0]);
  await answerAll();
  await found;
  expect(rows.rowAt(0)?.userId).toBe('c1');
  expect(rows.rowAt(1000)).toBeUndefined();
});
