import { defineStore } from 'pinia';
import { nextTick, ref } from 'vue';
import type { StepName } from '../steps.js';

/** Which step of the main path is on show, and whether the command palette is. */
export const useNavigation = defineStore('navigation', () => {
  const step = ref<StepName>('data');
  const isPaletteOpen = ref(false);
  const go = (name: StepName): void => {
    step.value = name;
  };
  /** Puts the cursor into the instruction once its step is on show. */
  async function focusInstruction(): Promise<void> {
    await nextTick();
    document.querySelector<HTMLTextAreaElement>('#instruction')?.focus();
  }
  return { step, isPaletteOpen, go, focusInstruction };
});
