import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { Outcome, OutcomeFile, Size } from '../../electron/ipc/audience.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';

/** How many customers an audience takes. */
export const useSize = defineStore('audience-size', () => {
  const failures = useFailures();
  const by = ref<Size['by']>('percent');
  const percent = ref(10);
  const number = ref(100);
  const atLeast = ref<number>();
  const outcome = ref<Outcome>();
  const outcomeFile = ref<OutcomeFile>();
  const valuePerConversion = ref(40);
  const costPerContact = ref(1);
  const budget = ref<number | null>(null);
  /** A cut of one's own through the profit curve; null for the most profitable. */
  const cut = ref<number | null>(null);

  /** A score means something in its own ranking alone, and a cut on its own curve. */
  function forgetScores(): void {
    atLeast.value = undefined;
    cut.value = null;
    if (by.value === 'score') by.value = 'percent';
  }
  watch([outcome, valuePerConversion, costPerContact, budget], () => (cut.value = null));

  /** Undefined as long as something that it needs is not given. */
  const size = computed<Size | undefined>(() => {
    if (by.value === 'percent') return { by: 'percent', percent: percent.value };
    if (by.value === 'top') return { by: 'top', count: number.value };
    if (by.value === 'score') return atLeast.value === undefined ? undefined : { by: 'score', atLeast: atLeast.value };
    if (outcome.value === undefined) return undefined;
    return {
      by: 'value',
      outcome: { ...outcome.value },
      valuePerConversion: valuePerConversion.value,
      costPerContact: costPerContact.value,
      budget: budget.value,
      count: cut.value,
    };
  });

  function clear(): void {
    by.value = 'percent';
    percent.value = 10;
    number.value = 100;
    atLeast.value = undefined;
    outcome.value = undefined;
    outcomeFile.value = undefined;
    cut.value = null;
  }

  async function chooseOutcomes(): Promise<void> {
    const chosen = await failures.attempt(bridge.audience.chooseOutcomes());
    if (!chosen) return;
    outcomeFile.value = chosen;
    const [column] = chosen.columns;
    outcome.value = column === undefined ? undefined : { handle: chosen.file.handle, column };
  }

  return {
    by,
    percent,
    number,
    atLeast,
    outcome,
    outcomeFile,
    valuePerConversion,
    costPerContact,
    budget,
    cut,
    size,
    clear,
    forgetScores,
    chooseOutcomes,
  };
});
