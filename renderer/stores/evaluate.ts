import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { MOST_EVALUATED, type Evaluation, type Measured, type Stability } from '../../electron/ipc/evaluate.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** Outcomes known from imported labels, and how well the ranking on show and others foretell one of them. */
export const useEvaluate = defineStore('evaluate', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const isOpen = ref(false);
  const labels = ref<string[]>([]);
  const label = ref('');
  /** Past rankings to set beside the one on show. */
  const beside = ref<number[]>([]);
  const evaluation = ref<Evaluation>();
  /** How steady rankings are, by their number, once asked for; and the task that finds it out. */
  const stability = ref<Record<number, Stability>>({});
  const steadying = ref<string>();

  /** The ranking on show, then those beside it that are still there. */
  const compared = computed(() => {
    const shown = rank.current?.rankingId;
    const others = beside.value.filter((id) => id !== shown && rank.rankings.some(({ rankingId }) => rankingId === id));
    return shown === undefined ? [] : [shown, ...others].slice(0, MOST_EVALUATED);
  });

  function clear(): void {
    isOpen.value = false;
    labels.value = [];
    label.value = '';
    beside.value = [];
    evaluation.value = undefined;
    stability.value = {};
  }

  /** Reads which outcomes there are; they may have been imported since. */
  async function refresh(): Promise<void> {
    labels.value = (await failures.attempt(bridge.evaluate.labels())) ?? [];
    if (!labels.value.includes(label.value)) label.value = '';
  }

  let latest = 0;
  async function measure(): Promise<void> {
    const mine = ++latest;
    if (label.value === '' || compared.value.length === 0) return void (evaluation.value = undefined);
    const answer = await failures.attempt(
      bridge.evaluate.rankings({ rankingIds: [...compared.value], label: label.value }),
    );
    if (mine === latest) evaluation.value = answer;
  }

  /** Ranks again by events drawn anew. */
  async function steady(rankingId: number): Promise<void> {
    steadying.value = tasks.newId();
    const found = await failures.attempt(bridge.evaluate.stability({ taskId: steadying.value, rankingId }));
    steadying.value = undefined;
    if (found) stability.value[rankingId] = found;
  }

  function toggle(rankingId: number): void {
    beside.value = beside.value.includes(rankingId)
      ? beside.value.filter((id) => id !== rankingId)
      : [...beside.value, rankingId];
  }

  /** The instruction of a ranking that was evaluated. */
  const instructionOf = ({ rankingId }: Measured): string | undefined =>
    rank.rankings.find((ranking) => ranking.rankingId === rankingId)?.question.instruction;

  return {
    isOpen,
    labels,
    label,
    beside,
    compared,
    evaluation,
    stability,
    steadying,
    clear,
    refresh,
    measure,
    steady,
    toggle,
    instructionOf,
  };
});
