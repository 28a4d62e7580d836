import { defineStore } from 'pinia';
import { ref } from 'vue';
import type {
  FileReport,
  Histogram,
  InspectedColumn,
  Inspection,
  Overview,
  Shrinking,
} from '../../electron/ipc/data.js';
import type { GrantedFile } from '../../electron/ipc/vocabulary.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useTasks } from './tasks.js';

const nothing: Overview = { customers: 0, sources: [], removed: [] };

/** Files on their way in, the reports of those that came in, and what the workspace holds. */
export const useData = defineStore('data', () => {
  const failures = useFailures();
  const tasks = useTasks();
  const overview = ref<Overview>(nothing);
  const pending = ref<Inspection[]>([]);
  const reports = ref<FileReport[]>([]);
  const inspecting = ref<string>();
  const importing = ref<string>();
  const savedRejects = ref<string>();
  /** A replacement that waits for somebody to say that it is meant. */
  const shrinking = ref<Shrinking>();
  /** By the number of the file, once asked for. */
  const histograms = ref<Record<number, Histogram[]>>({});

  function clear(): void {
    overview.value = nothing;
    pending.value = [];
    reports.value = [];
    savedRejects.value = undefined;
    shrinking.value = undefined;
    histograms.value = {};
  }

  async function refresh(): Promise<void> {
    overview.value = (await failures.attempt(bridge.data.overview())) ?? nothing;
  }

  async function add(files: GrantedFile[] | null | undefined): Promise<void> {
    for (const file of files ?? []) {
      inspecting.value = file.name;
      const inspection = await failures.attempt(bridge.data.inspect({ handle: file.handle }));
      if (inspection) pending.value.push(inspection);
    }
    inspecting.value = undefined;
  }

  const choose = async () => add(await failures.attempt(bridge.data.chooseFiles()));
  const drop = async (files: File[]) => add(await failures.attempt(bridge.data.grantDropped(files)));
  const addSample = async () => add(await failures.attempt(bridge.data.sampleFiles()));
  const leaveOut = (inspection: Inspection) => {
    pending.value = pending.value.filter((other) => other !== inspection);
  };

  /** Whether a column may be sensitive and the model would still be shown it. */
  const isUndecided = ({ mayBeSensitive, role }: InspectedColumn): boolean =>
    mayBeSensitive && role !== 'sensitive' && role !== 'ignore';

  /** Keeps from the model what may be sensitive in any of the pending files. */
  function keepFromModel(): void {
    for (const { columns } of pending.value)
      for (const column of columns.filter(isUndecided)) column.role = 'sensitive';
  }

  /** Imports the pending files one after the other; stops at the first that fails or is cancelled. */
  async function importAll(): Promise<void> {
    reports.value = [];
    savedRejects.value = undefined;
    while (pending.value[0]) {
      const inspection = pending.value[0];
      importing.value = tasks.newId();
      const report = await failures.attempt(
        bridge.data.import({
          taskId: importing.value,
          handle: inspection.file.handle,
          kind: inspection.kind,
          columns: inspection.columns.map(({ name, role }) => ({ name, role })),
        }),
      );
      if (!report) break;
      reports.value.push(report);
      pending.value.shift();
      await refresh();
    }
    importing.value = undefined;
  }

  /** Asks for a newer version of a file, or for one whose rows are added to it, and imports it. */
  async function update(fileId: number, as: 'replacement' | 'addition', meant: string | null = null): Promise<void> {
    importing.value = tasks.newId();
    const updated = await failures.attempt(bridge.data.updateSource({ taskId: importing.value, fileId, as, meant }));
    importing.value = undefined;
    if (updated && !updated.done) shrinking.value = updated.shrinking;
    if (!updated?.done) return;
    reports.value = [updated.report];
    savedRejects.value = undefined;
    await refresh();
  }

  /** Answers whether the replacement that was asked about is meant. */
  async function answerShrinking(isMeant: boolean): Promise<void> {
    const asked = shrinking.value;
    shrinking.value = undefined;
    if (asked && isMeant) await update(asked.fileId, 'replacement', asked.file.handle);
  }

  async function remove(fileId: number): Promise<void> {
    await failures.attempt(bridge.data.removeSource({ fileId }));
    await refresh();
  }

  async function restore(fileId: number): Promise<void> {
    await failures.attempt(bridge.data.restoreSource({ fileId }));
    await refresh();
  }

  /** Reads how the numbers of a file are spread. */
  async function spread(fileId: number): Promise<void> {
    const found = await failures.attempt(bridge.data.histograms({ fileId }));
    if (found) histograms.value[fileId] = found;
  }

  async function saveRejects(): Promise<void> {
    const saved = await failures.attempt(bridge.data.saveRejects());
    if (saved) savedRejects.value = saved.path;
  }

  return {
    overview,
    pending,
    reports,
    inspecting,
    importing,
    savedRejects,
    shrinking,
    histograms,
    clear,
    refresh,
    choose,
    drop,
    addSample,
    leaveOut,
    isUndecided,
    keepFromModel,
    importAll,
    update,
    answerShrinking,
    remove,
    restore,
    spread,
    saveRejects,
  };
});
