import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { Who } from '../../electron/ipc/audience.js';
import type { GrantedFile } from '../../electron/ipc/vocabulary.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';

/** Lists that a person can name. `earlier` are earlier exports, for the frequency rule. */
export type ListName = 'include' | 'exclude' | 'suppress' | 'earlier';

const noLists = (): Record<ListName, GrantedFile[]> => ({ include: [], exclude: [], suppress: [], earlier: [] });

/** Who may be taken at all: lists, consent, frequency, holdout. Audiences and offers share these rules. */
export const useWho = defineStore('audience-who', () => {
  const failures = useFailures();
  const lists = ref(noLists());
  const consent = ref('');
  /** Values of the consent column that mean yes; none for the usual words. */
  const consentValues = ref<string[]>([]);
  const atMost = ref(1);
  const holdoutPercent = ref(0);
  const customers = ref<GrantedFile>();
  const country = ref('');

  const handles = (name: ListName): string[] => lists.value[name].map(({ handle }) => handle);
  const who = computed<Who>(() => ({
    include: handles('include'),
    exclude: handles('exclude'),
    suppress: handles('suppress'),
    consent: consent.value
      ? { column: consent.value, allowed: consentValues.value.length > 0 ? [...consentValues.value] : null }
      : null,
    frequency: lists.value.earlier.length > 0 ? { earlier: handles('earlier'), atMost: atMost.value } : null,
    holdoutPercent: holdoutPercent.value,
    customers: customers.value?.handle ?? null,
    country: /^[a-z]{2}$/i.test(country.value) ? country.value.toUpperCase() : null,
  }));

  // Another column has other values, and so has that of another file.
  watch([consent, customers], () => (consentValues.value = []), { flush: 'sync' });

  function clear(): void {
    lists.value = noLists();
    consent.value = '';
    atMost.value = 1;
    holdoutPercent.value = 0;
    customers.value = undefined;
    country.value = '';
  }

  function add(name: ListName, files: readonly GrantedFile[]): void {
    const known = handles(name);
    lists.value[name].push(...files.filter(({ handle }) => !known.includes(handle)));
  }

  async function addLists(name: ListName): Promise<void> {
    add(name, (await failures.attempt(bridge.audience.chooseLists())) ?? []);
  }

  function dropList(name: ListName, file: GrantedFile): void {
    lists.value[name] = lists.value[name].filter((other) => other !== file);
  }

  async function chooseCustomers(): Promise<void> {
    const chosen = await failures.attempt(bridge.audience.chooseOutcomes());
    if (chosen) customers.value = chosen.file;
  }

  return {
    lists,
    consent,
    consentValues,
    atMost,
    holdoutPercent,
    customers,
    country,
    who,
    clear,
    add,
    addLists,
    dropList,
    chooseCustomers,
  };
});
