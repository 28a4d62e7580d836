import { defineStore } from 'pinia';
import { ref } from 'vue';
import { CANCELLED, type Failure, type Result } from '../../electron/ipc/message.js';
import { text } from '../text.js';

/** The failures that the window shows at the moment, the newest last. One component renders them. */
export const useFailures = defineStore('failures', () => {
  const shown = ref<Failure[]>([]);
  /** Counts the workspaces that were left: whatever fails of an earlier one concerns nobody any more. */
  let left = 0;

  function show(failure: Failure): void {
    const repeated = shown.value.some(({ code, message }) => code === failure.code && message === failure.message);
    if (!repeated) shown.value.push(failure);
  }

  /** The value asked for, or undefined after the failure has been shown. Cancelling is no failure. */
  async function attempt<Value>(asked: Promise<Result<Value>>): Promise<Value | undefined> {
    const since = left;
    try {
      const result = await asked;
      if (result.ok) return result.value;
      if (since === left && result.error.code !== CANCELLED) show(result.error);
    } catch (error) {
      if (since !== left) return undefined;
      const message = error instanceof Error ? error.message : String(error);
      show({ code: 'unexpected', message: `${text.failure.unexpected}: ${message}`, remedy: 'try again', place: {} });
    }
    return undefined;
  }

  const dismiss = (index: number): void => void shown.value.splice(index, 1);

  /** To be called when the workspace is another one: failures of the earlier one leave the screen, and later ones stay away. */
  function forget(): void {
    left += 1;
    shown.value = [];
  }

  return { shown, show, attempt, dismiss, forget };
});
