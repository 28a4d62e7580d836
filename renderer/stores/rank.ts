import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Question, RankedCustomer, Ranking } from '../../electron/ipc/rank.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useTasks } from './tasks.js';

/** Rows fetched at a time; a screen shows about a quarter of it. */
const PAGE = 200;

export type ScoreBin = { from: number; to: number; count: number };

/** The workspace's rankings, the one on show, and those of its rows that have been looked at. */
export const useRank = defineStore('rank', () => {
  const failures = useFailures();
  const tasks = useTasks();
  const rankings = ref<Ranking[]>([]);
  const current = ref<Ranking>();
  const question = ref<Required<Question>>({ instruction: '', answer: '', contrast: '' });
  const running = ref<string>();
  const search = ref('');
  const total = ref(0);
  const bins = ref<ScoreBin[]>([]);
  const pages = shallowRef(new Map<number, RankedCustomer[]>());
  const requested = new Set<number>();
  // Answers to an earlier ranking or search are dropped when they arrive late.
  let generation = 0;

  function forgetPages(): void {
    generation += 1;
    requested.clear();
    pages.value = new Map();
  }

  function clear(): void {
    rankings.value = [];
    current.value = undefined;
    question.value = { instruction: '', answer: '', contrast: '' };
    bins.value = [];
    total.value = 0;
    forgetPages();
  }

  async function loadPage(page: number): Promise<void> {
    if (!current.value || requested.has(page)) return;
    requested.add(page);
    const asked = generation;
    const answer = await failures.attempt(
      bridge.rank.page({
        rankingId: current.value.rankingId,
        offset: page * PAGE,
        limit: PAGE,
        search: search.value,
      }),
    );
    if (!answer || asked !== generation) return;
    total.value = answer.total;
    pages.value = new Map(pages.value).set(page, answer.rows);
  }

  /** The row at a position of the list, or undefined while it is fetched. */
  function rowAt(index: number): RankedCustomer | undefined {
    const page = Math.floor(index / PAGE);
    const rows = pages.value.get(page);
    if (!rows) void loadPage(page);
    return rows?.[index % PAGE];
  }

  async function show(ranking: Ranking | undefined): Promise<void> {
    current.value = ranking;
    search.value = '';
    forgetPages();
    if (!ranking) return;
    question.value = { answer: '', contrast: '', ...ranking.question };
    await loadPage(0);
    bins.value = (await failures.attempt(bridge.rank.distribution({ rankingId: ranking.rankingId }))) ?? [];
  }

  async function find(words: string): Promise<void> {
    search.value = words;
    forgetPages();
    await loadPage(0);
  }

  async function refresh(): Promise<void> {
    rankings.value = (await failures.attempt(bridge.rank.list())) ?? [];
    await show(rankings.value[0]);
  }

  async function start(): Promise<void> {
    running.value = tasks.newId();
    const { instruction, answer, contrast } = question.value;
    const ranking = await failures.attempt(
      bridge.rank.start({
        taskId: running.value,
        question: {
          instruction: instruction.trim(),
          ...(answer.trim() && { answer: answer.trim() }),
          ...(contrast.trim() && { contrast: contrast.trim() }),
        },
      }),
    );
    running.value = undefined;
    if (ranking) await add(ranking);
  }

  /** Shows a ranking that was just made. */
  async function add(ranking: Ranking): Promise<void> {
    rankings.value = [ranking, ...rankings.value];
    await show(ranking);
  }

  const isRunning = computed(() => running.value !== undefined);

  return {
    rankings,
    current,
    question,
    running,
    isRunning,
    search,
    total,
    bins,
    clear,
    refresh,
    show,
    find,
    rowAt,
    add,
    start,
  };
});
