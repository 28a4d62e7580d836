import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Depth, Exported } from '../../electron/ipc/audience.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** How much of the ranking on show becomes an audience, and where the last one was written. */
export const useAudience = defineStore('audience', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const by = ref<Depth['by']>('percent');
  const percent = ref(10);
  const number = ref(100);
  const exported = ref<Exported>();
  const isExporting = ref(false);

  const total = computed(() => rank.current?.customers ?? 0);
  /** At least one customer, at most all; a share is rounded up, as the export does. */
  const chosen = computed(() => {
    const wanted = by.value === 'count' ? number.value : Math.ceil((total.value * percent.value) / 100);
    return Math.min(total.value, Math.max(1, wanted));
  });

  function clear(): void {
    exported.value = undefined;
  }

  async function write(): Promise<void> {
    if (!rank.current) return;
    isExporting.value = true;
    const written = await failures.attempt(
      bridge.audience.export({
        taskId: tasks.newId(),
        rankingId: rank.current.rankingId,
        depth: { by: 'count', count: chosen.value },
      }),
    );
    isExporting.value = false;
    if (written) exported.value = written;
  }

  async function reveal(): Promise<void> {
    if (exported.value) await failures.attempt(bridge.audience.reveal({ handle: exported.value.handle }));
  }

  return { by, percent, number, exported, isExporting, total, chosen, clear, write, reveal };
});
