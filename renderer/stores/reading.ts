import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Reading } from '../../electron/ipc/ask.js';
import type { Question } from '../../electron/ipc/rank.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';

/** How the model reads the question that is being written. */
export const useReading = defineStore('reading', () => {
  const failures = useFailures();
  const reading = ref<Reading>();
  const isReading = ref(false);
  // While somebody types, only the answer to the last question counts.
  let latest = 0;

  async function read(question: Question | undefined): Promise<void> {
    const mine = ++latest;
    if (!question) {
      reading.value = undefined;
      isReading.value = false;
      return;
    }
    isReading.value = true;
    const answer = await failures.attempt(bridge.ask.read(question));
    if (mine !== latest) return;
    isReading.value = false;
    reading.value = answer;
  }

  return { reading, isReading, read };
});
