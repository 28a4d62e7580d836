import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { ExampleFile, Tuned } from '../../electron/ipc/tune.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** Examples that say what an instruction leaves open, and the versions that were learned from them. */
export const useTune = defineStore('tune', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const versions = ref<Tuned[]>([]);
  const examples = ref<ExampleFile>();
  const label = ref('');
  const running = ref<string>();

  function clear(): void {
    versions.value = [];
    examples.value = undefined;
    label.value = '';
  }

  async function refresh(): Promise<void> {
    versions.value = (await failures.attempt(bridge.tune.list())) ?? [];
  }

  async function choose(): Promise<void> {
    const chosen = await failures.attempt(bridge.tune.chooseExamples());
    if (!chosen) return;
    examples.value = chosen;
    label.value = chosen.labels[0] ?? '';
  }

  async function start(): Promise<void> {
    if (!rank.current || !examples.value) return;
    running.value = tasks.newId();
    await failures.attempt(
      bridge.tune.start({
        taskId: running.value,
        // A plain copy: what the store holds is reactive, which cannot leave the window.
        question: { ...rank.current.question },
        handle: examples.value.file.handle,
        label: label.value || null,
      }),
    );
    running.value = undefined;
    await refresh();
  }

  /** True when the ranking by this version is on show. */
  async function rankWith({ name, version }: Tuned): Promise<boolean> {
    running.value = tasks.newId();
    const ranking = await failures.attempt(bridge.tune.rank({ taskId: running.value, name, version }));
    running.value = undefined;
    if (ranking) await rank.add(ranking);
    return ranking !== undefined;
  }

  return { versions, examples, label, running, clear, refresh, choose, start, rankWith };
});
