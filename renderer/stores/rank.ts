import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Question, Ranking } from '../../electron/ipc/rank.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRankedRows } from './ranked-rows.js';
import { text } from '../text.js';
import { useTasks } from './tasks.js';

export type ScoreBin = { from: number; to: number; count: number };

/** The tuned version that ranked, in words; undefined for an untuned ranking. */
export const tunedWords = ({ tuned }: Ranking): string | undefined =>
  tuned === null ? undefined : text.askMore.tuned(tuned.slice(tuned.lastIndexOf('@') + 1));

/** How a ranking is called among others: its instruction, and what sets it apart from others of the same. */
export function rankingName(ranking: Ranking): string {
  const { question, fit, createdAt } = ranking;
  const made = new Date(createdAt).toLocaleString('en-GB', { dateStyle: 'short', timeStyle: 'short' });
  const by = tunedWords(ranking) ?? (fit !== null && text.learn.chip(fit));
  return [question.instruction, by, made].filter(Boolean).join(' · ');
}

/** The workspace's rankings, the one on show, and the question that is being written. */
export const useRank = defineStore('rank', () => {
  const failures = useFailures();
  const rows = useRankedRows();
  const tasks = useTasks();
  const rankings = ref<Ranking[]>([]);
  const current = ref<Ranking>();
  const question = ref<Required<Question>>({ instruction: '', answer: '', contrast: '' });
  const running = ref<string>();
  const bins = ref<ScoreBin[]>([]);

  function clear(): void {
    rankings.value = [];
    current.value = undefined;
    question.value = { instruction: '', answer: '', contrast: '' };
    bins.value = [];
    rows.clear();
  }

  async function show(ranking: Ranking | undefined): Promise<void> {
    current.value = ranking;
    if (!ranking) return rows.show(undefined);
    question.value = { answer: '', contrast: '', ...ranking.question };
    await rows.show(ranking.rankingId);
    bins.value = (await failures.attempt(bridge.rank.distribution({ rankingId: ranking.rankingId }))) ?? [];
  }

  /** Reads which rankings there are; the one on show stays. */
  async function list(): Promise<void> {
    rankings.value = (await failures.attempt(bridge.rank.list())) ?? [];
  }

  async function refresh(): Promise<void> {
    await list();
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
  const canStart = computed(() => question.value.instruction.trim() !== '' && !isRunning.value);

  return {
    rankings,
    current,
    question,
    running,
    isRunning,
    canStart,
    bins,
    clear,
    list,
    refresh,
    show,
    add,
    start,
  };
});
