import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ColourBy, CustomerMap, MapColours, MapView, Segment } from '../../electron/ipc/map.js';
import { bridge } from '../bridge.js';
import { useData } from './data.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** What the customers of the map are coloured by. A phrase is looked for when it is chosen. */
export type Colouring = ColourBy | { by: 'cluster' } | { by: 'phrase'; phrase: string };

/** The map on show, how it is coloured, and which customers are chosen on it. */
export const useMap = defineStore('map', () => {
  const failures = useFailures();
  const data = useData();
  const rank = useRank();
  const tasks = useTasks();
  const map = shallowRef<CustomerMap>();
  const layout = ref<MapView['by']>('general');
  const colouring = ref<Colouring>({ by: 'cluster' });
  const colours = shallowRef<MapColours>();
  const columns = ref<string[]>([]);
  const selected = shallowRef(new Uint32Array());
  const segments = ref<Segment[]>([]);
  const kept = ref<Segment>();
  /** What was chosen, as a segment that is still there. */
  const saved = computed(() =>
    data.overview.sources.some(({ fileId }) => fileId === kept.value?.fileId) ? kept.value : undefined,
  );
  const running = ref<string>();
  const isFinding = ref(false);

  const view = computed<MapView>(() =>
    layout.value === 'instruction' && rank.current
      ? { by: 'instruction', rankingId: rank.current.rankingId }
      : { by: 'general' },
  );

  function clear(): void {
    map.value = undefined;
    layout.value = 'general';
    colouring.value = { by: 'cluster' };
    colours.value = undefined;
    selected.value = new Uint32Array();
    kept.value = undefined;
    columns.value = [];
    segments.value = [];
  }

  async function show(found: CustomerMap | null | undefined): Promise<void> {
    map.value = found ?? undefined;
    selected.value = new Uint32Array();
    if (found) await colour(colouring.value);
  }

  /** Reads what the workspace holds: the map of the present view, and the columns. */
  async function refresh(): Promise<void> {
    const asked = view.value;
    const [found, names] = await Promise.all([
      failures.attempt(bridge.map.read(asked)),
      failures.attempt(bridge.map.columns()),
    ]);
    columns.value = names ?? [];
    if (asked === view.value) await show(found);
  }

  async function listSegments(): Promise<void> {
    segments.value = (await failures.attempt(bridge.map.segments())) ?? [];
  }

  async function lay(by: MapView['by']): Promise<void> {
    layout.value = by;
    await show(await failures.attempt(bridge.map.read(view.value)));
  }

  async function make(): Promise<void> {
    running.value = tasks.newId();
    const made = await failures.attempt(bridge.map.make({ taskId: running.value, view: view.value }));
    running.value = undefined;
    if (made) await show(made);
  }

  async function colour(by: Colouring): Promise<void> {
    const answer = await coloursFor(by);
    if (!answer) return;
    colouring.value = by;
    colours.value = answer;
  }

  async function coloursFor(by: Colouring): Promise<MapColours | undefined> {
    if (by.by === 'cluster') {
      const { clusters = new Uint8Array(), labels = [] } = map.value ?? {};
      return { values: Float32Array.from(clusters), categories: labels.map(({ cluster }) => String(cluster + 1)) };
    }
    if (by.by !== 'phrase') return failures.attempt(bridge.map.colours({ ...by }));
    isFinding.value = true;
    const values = await failures.attempt(bridge.map.search({ phrase: by.phrase }));
    isFinding.value = false;
    return values && { values, categories: null };
  }

  /** Chooses these customers; without any, none. */
  function select(customers: Uint32Array<ArrayBuffer> = new Uint32Array()): void {
    selected.value = customers;
    kept.value = undefined;
  }

  /** Chooses the customers of one group. */
  function selectCluster(cluster: number): void {
    const { clusters } = map.value ?? {};
    if (!clusters) return;
    select(Uint32Array.from(Array.from(clusters.keys()).filter((customer) => clusters[customer] === cluster)));
  }

  async function save(name: string): Promise<void> {
    const segment = await failures.attempt(bridge.map.saveSegment({ name, customers: selected.value }));
    if (!segment) return;
    await data.refresh();
    kept.value = segment;
  }

  return {
    map,
    layout,
    view,
    colouring,
    colours,
    columns,
    selected,
    segments,
    saved,
    running,
    isFinding,
    clear,
    refresh,
    listSegments,
    lay,
    make,
    colour,
    select,
    selectCluster,
    save,
  };
});
