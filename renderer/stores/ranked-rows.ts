import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { ProfileColumn, RankedRow, RankingFilter } from '../../electron/ipc/rank.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';

/** Rows fetched at a time; a screen shows about a quarter of it. */
const PAGE = 200;
/** Profile columns that find room in the table. */
export const MOST_COLUMNS = 5;

/** Rows of the ranking on show that have been looked at, and what decides which there are. */
export const useRankedRows = defineStore('ranked-rows', () => {
  const failures = useFailures();
  const rankingId = ref<number>();
  const search = ref('');
  const filter = ref<RankingFilter | null>(null);
  const available = ref<ProfileColumn[]>([]);
  const columns = ref<string[]>([]);
  const total = ref(0);
  const pages = shallowRef(new Map<number, RankedRow[]>());
  const requested = new Set<number>();
  // Answers to an earlier ranking or search are dropped when they arrive late.
  let generation = 0;
  /** The generation whose page is on its way. */
  let loading: number | undefined;

  function forgetPages(): void {
    generation += 1;
    requested.clear();
    pages.value = new Map();
  }

  function clear(): void {
    rankingId.value = undefined;
    available.value = [];
    columns.value = [];
    filter.value = null;
    total.value = 0;
    forgetPages();
  }

  // One page at a time: of those that a fling passes, only those still on show are asked for when it has arrived.
  async function loadPage(page: number): Promise<void> {
    if (rankingId.value === undefined || requested.has(page) || loading === generation) return;
    requested.add(page);
    const asked = generation;
    loading = asked;
    const answer = await failures.attempt(
      bridge.rank.page({
        rankingId: rankingId.value,
        offset: page * PAGE,
        limit: PAGE,
        search: search.value,
        // Plain copies: what the store holds is reactive, which cannot leave the window.
        columns: [...columns.value],
        filter: filter.value && (JSON.parse(JSON.stringify(filter.value)) as RankingFilter),
      }),
    );
    if (asked !== generation) return;
    loading = undefined;
    if (!answer) return;
    total.value = answer.total;
    pages.value = new Map(pages.value).set(page, answer.rows);
  }

  /** The row at a position of the list, or undefined while it is fetched. */
  function rowAt(index: number): RankedRow | undefined {
    const page = Math.floor(index / PAGE);
    const rows = pages.value.get(page);
    if (!rows) void loadPage(page);
    return rows?.[index % PAGE];
  }

  async function reload(): Promise<void> {
    forgetPages();
    await loadPage(0);
  }

  /** Shows another ranking, whole; columns stay as they were chosen. */
  async function show(ranking: number | undefined): Promise<void> {
    rankingId.value = ranking;
    search.value = '';
    filter.value = null;
    if (ranking === undefined) return forgetPages();
    available.value = (await failures.attempt(bridge.rank.columns())) ?? [];
    const names = available.value.map(({ name }) => name);
    columns.value = columns.value.filter((column) => names.includes(column));
    await reload();
  }

  async function find(words: string): Promise<void> {
    search.value = words;
    await reload();
  }

  async function keep(wanted: RankingFilter | null): Promise<void> {
    filter.value = wanted;
    await reload();
  }

  async function toggle(column: string): Promise<void> {
    const isShown = columns.value.includes(column);
    if (!isShown && columns.value.length >= MOST_COLUMNS) return;
    columns.value = isShown ? columns.value.filter((other) => other !== column) : [...columns.value, column];
    await reload();
  }

  return { search, filter, available, columns, total, clear, show, find, keep, toggle, rowAt };
});
