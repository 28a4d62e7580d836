import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { Fit } from '../../electron/ipc/fit.js';
import { bridge } from '../bridge.js';
import { useData } from './data.js';
import { useFailures } from './failures.js';
import { useTasks } from './tasks.js';

/** Milliseconds between two looks at the curve while a fit is learned. */
const LOOK = 3000;

/** What was learned from the workspace's customers: versions, the newest first. */
export const useFit = defineStore('fit', () => {
  const failures = useFailures();
  const tasks = useTasks();
  const data = useData();
  const fits = ref<Fit[]>([]);
  /** Deleted since the workspace was opened, the newest last, with the tuned versions that cannot rank without them. */
  const deleted = ref<{ id: number; tuned: string[] }[]>([]);
  /** Minutes that learning usually takes, and those that it will take: the usual ones until the person chooses others. */
  const usual = ref<number>();
  const minutes = ref<number>();
  const running = ref<string>();

  function clear(): void {
    fits.value = [];
    deleted.value = [];
    [usual.value, minutes.value] = [undefined, undefined];
  }

  async function refresh(): Promise<void> {
    fits.value = (await failures.attempt(bridge.fit.list())) ?? [];
  }

  /** Asks how long learning takes; it depends on the customers that are there by now. */
  async function estimate(): Promise<void> {
    const known = usual.value;
    usual.value = (await failures.attempt(bridge.fit.estimate()))?.minutes;
    if (minutes.value === known) minutes.value = usual.value;
  }

  // Other data make a paused fit outdated, and the same ones again bring it back.
  watch(
    () => data.overview,
    () => refresh(),
  );

  /** Learns, or goes on where it was stopped; afresh, the stopped one is deleted instead. */
  async function start(fresh = false): Promise<void> {
    const given = unfinished.value;
    running.value = tasks.newId();
    const looking = setInterval(() => void refresh(), LOOK);
    await failures.attempt(bridge.fit.start({ taskId: running.value, minutes: minutes.value ?? null, fresh }));
    clearInterval(looking);
    running.value = undefined;
    await refresh();
    const isGone = given !== undefined && !fits.value.some(({ id }) => id === given.id);
    if (fresh && isGone) deleted.value.push({ id: given.id, tuned: [] });
  }

  async function use(id: number | null): Promise<void> {
    await failures.attempt(bridge.fit.use({ id }));
    await refresh();
  }

  async function remove({ id }: Fit): Promise<void> {
    const done = await bridge.fit.delete({ id });
    // The notice stands for what is gone from the list.
    await refresh();
    if (done.ok) deleted.value.push({ id, tuned: done.value.tuned });
    else failures.show(done.error);
  }

  async function restore(id: number): Promise<void> {
    const done = await bridge.fit.restore({ id });
    if (done.ok) deleted.value = deleted.value.filter((fit) => fit.id !== id);
    else failures.show(done.error);
    await refresh();
  }

  const current = computed(() => fits.value.find(({ isCurrent }) => isCurrent));
  /** The fit that learning would go on with, or that is being learned. */
  const unfinished = computed(() => fits.value.find(({ state, isOutdated }) => state === 'stopped' && !isOutdated));

  return {
    fits,
    deleted,
    minutes,
    running,
    current,
    unfinished,
    clear,
    refresh,
    estimate,
    start,
    use,
    remove,
    restore,
  };
});
