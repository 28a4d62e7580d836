import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { ChosenRecipe, RanRecipe } from '../../electron/ipc/recipe.js';
import { bridge } from '../bridge.js';
import { useData } from './data.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** A saved job that is run again. */
export const useRecipe = defineStore('recipe', () => {
  const failures = useFailures();
  const data = useData();
  const rank = useRank();
  const tasks = useTasks();
  const chosen = ref<ChosenRecipe>();
  const ran = ref<RanRecipe>();
  const running = ref<string>();

  function clear(): void {
    chosen.value = undefined;
    ran.value = undefined;
  }

  async function choose(): Promise<void> {
    const recipe = await failures.attempt(bridge.recipe.choose());
    if (!recipe) return;
    chosen.value = recipe;
    ran.value = undefined;
  }

  async function run(): Promise<void> {
    if (!chosen.value) return;
    ran.value = undefined;
    running.value = tasks.newId();
    const { handle } = chosen.value.file;
    ran.value = await failures.attempt(bridge.recipe.run({ taskId: running.value, recipe: handle }));
    running.value = undefined;
    // Whatever came of it, files may have been read and customers ranked.
    await Promise.all([data.refresh(), rank.current ? rank.list() : rank.refresh()]);
  }

  return { chosen, ran, running, clear, choose, run };
});
