import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { TaskReport } from '../../electron/ipc/tasks.js';
import { bridge } from '../bridge.js';

/** The running long tasks of the main process. Subscribes first, then fetches, so that no report is missed. */
export const useTasks = defineStore('tasks', () => {
  const reports = ref(new Map<string, TaskReport>());

  function keep(report: TaskReport): void {
    if (report.ended) reports.value.delete(report.taskId);
    else reports.value.set(report.taskId, report);
  }

  async function follow(): Promise<void> {
    bridge.tasks.onReport(keep);
    const listed = await bridge.tasks.list();
    if (listed.ok) listed.value.forEach(keep);
  }

  const running = computed(() => [...reports.value.values()]);
  const reportOf = (taskId: string | undefined) => (taskId ? reports.value.get(taskId) : undefined);
  const cancel = (taskId: string) => bridge.tasks.cancel({ taskId });
  const newId = (): string => crypto.randomUUID();

  return { running, follow, reportOf, cancel, newId };
});
