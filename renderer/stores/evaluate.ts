import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Evaluation } from '../../electron/ipc/evaluate.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';

/** Outcomes known from imported labels, and how well the ranking on show foretells one of them. */
export const useEvaluate = defineStore('evaluate', () => {
  const failures = useFailures();
  const labels = ref<string[]>([]);
  const label = ref('');
  const evaluation = ref<Evaluation>();

  function clear(): void {
    labels.value = [];
    label.value = '';
    evaluation.value = undefined;
  }

  async function refresh(): Promise<void> {
    labels.value = (await failures.attempt(bridge.evaluate.labels())) ?? [];
  }

  async function measure(rankingId: number): Promise<void> {
    evaluation.value = undefined;
    if (label.value === '') return;
    const answer = await failures.attempt(bridge.evaluate.ranking({ rankingId, label: label.value }));
    evaluation.value = answer;
  }

  return { labels, label, evaluation, clear, refresh, measure };
});
