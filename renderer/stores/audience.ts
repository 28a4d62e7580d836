import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Depth, Exported, ExportFormat, Preview, Rules } from '../../electron/ipc/audience.js';
import type { GrantedFile } from '../../electron/ipc/vocabulary.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** Which lists a person can name: customers who alone may be taken, and those who must not. */
export type ListName = 'include' | 'exclude';

/** The rules that make the ranking on show an audience, whom they take, and where the last one was written. */
export const useAudience = defineStore('audience', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const by = ref<Depth['by']>('percent');
  const percent = ref(10);
  const number = ref(100);
  const lists = ref<Record<ListName, GrantedFile[]>>({ include: [], exclude: [] });
  const consent = ref('');
  const holdoutPercent = ref(0);
  const format = ref<ExportFormat>('csv');
  const preview = ref<Preview>();
  const exported = ref<Exported>();
  const isExporting = ref(false);

  const total = computed(() => rank.current?.customers ?? 0);
  const rules = computed<Rules | undefined>(() =>
    rank.current
      ? {
          rankingId: rank.current.rankingId,
          depth:
            by.value === 'count' ? { by: 'count', count: number.value } : { by: 'percent', percent: percent.value },
          include: lists.value.include.map(({ handle }) => handle),
          exclude: lists.value.exclude.map(({ handle }) => handle),
          consent: consent.value || null,
          holdoutPercent: holdoutPercent.value,
        }
      : undefined,
  );

  function clear(): void {
    lists.value = { include: [], exclude: [] };
    consent.value = '';
    holdoutPercent.value = 0;
    preview.value = undefined;
    exported.value = undefined;
  }

  // While a slider moves, only the answer to its last position counts.
  let latest = 0;
  async function refresh(): Promise<void> {
    const mine = ++latest;
    if (!rules.value) return;
    const answer = await failures.attempt(bridge.audience.preview(rules.value));
    if (mine === latest) preview.value = answer;
  }

  async function addLists(name: ListName): Promise<void> {
    const files = await failures.attempt(bridge.audience.chooseLists());
    const known = lists.value[name].map(({ handle }) => handle);
    lists.value[name].push(...(files ?? []).filter(({ handle }) => !known.includes(handle)));
  }

  /** Takes customers from a segment of the workspace alone. */
  function includeSegment(file: GrantedFile): void {
    const known = lists.value.include.map(({ handle }) => handle);
    if (!known.includes(file.handle)) lists.value.include.push(file);
  }

  function dropList(name: ListName, file: GrantedFile): void {
    lists.value[name] = lists.value[name].filter((other) => other !== file);
  }

  async function write(): Promise<void> {
    if (!rules.value) return;
    isExporting.value = true;
    const written = await failures.attempt(
      bridge.audience.export({ taskId: tasks.newId(), rules: rules.value, format: format.value }),
    );
    isExporting.value = false;
    if (written) exported.value = written;
  }

  async function reveal(): Promise<void> {
    if (exported.value) await failures.attempt(bridge.audience.reveal({ handle: exported.value.handle }));
  }

  return {
    by,
    percent,
    number,
    lists,
    consent,
    holdoutPercent,
    format,
    preview,
    exported,
    isExporting,
    total,
    rules,
    clear,
    refresh,
    addLists,
    includeSegment,
    dropList,
    write,
    reveal,
  };
});
