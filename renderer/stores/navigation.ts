import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { StepName } from '../steps.js';

/** Which step of the main path is on show. */
export const useNavigation = defineStore('navigation', () => {
  const step = ref<StepName>('data');
  const go = (name: StepName): void => {
    step.value = name;
  };
  return { step, go };
});
