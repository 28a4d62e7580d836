import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Campaign } from '../../electron/ipc/campaign.js';
import type { Remade } from '../../electron/ipc/remake.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** An earlier export that is made again from its manifest. */
export const useRemake = defineStore('remake', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const earlier = ref<Campaign>();
  const remade = ref<Remade>();
  const running = ref<string>();

  function clear(): void {
    earlier.value = undefined;
    remade.value = undefined;
  }

  async function choose(): Promise<void> {
    const chosen = await failures.attempt(bridge.remake.choose());
    if (!chosen) return;
    earlier.value = chosen;
    remade.value = undefined;
  }

  async function start(): Promise<void> {
    if (!earlier.value) return;
    remade.value = undefined;
    running.value = tasks.newId();
    const { handle } = earlier.value.file;
    const made = await failures.attempt(bridge.remake.start({ taskId: running.value, manifest: handle }));
    running.value = undefined;
    if (made) remade.value = made;
    // Whatever came of it, customers may have been ranked again.
    await rank.list();
  }

  return { earlier, remade, running, clear, choose, start };
});
