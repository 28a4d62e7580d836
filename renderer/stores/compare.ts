import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Comparison, Move } from '../../electron/ipc/ask.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';

/** Rankings that are compared at a time, and the moves shown. */
export const MOST_COMPARED = 4;
const MOVES = 60;

/** Rankings side by side: how far their best customers are the same, and who moves. */
export const useCompare = defineStore('compare', () => {
  const failures = useFailures();
  const rank = useRank();
  const isOpen = ref(false);
  const chosen = ref<number[]>([]);
  const percent = ref(10);
  const comparison = ref<Comparison>();
  /** Places in `chosen` of the two rankings between which moves are shown. */
  const pair = ref<[number, number]>([0, 1]);
  const moves = ref<Move[]>([]);

  /** The rankings compared; those that are gone are not. */
  const rankings = computed(() =>
    chosen.value.flatMap((id) => rank.rankings.find(({ rankingId }) => rankingId === id) ?? []),
  );

  function clear(): void {
    isOpen.value = false;
    chosen.value = [];
    comparison.value = undefined;
    moves.value = [];
  }

  /** Opens with the ranking on show and the newest other one. */
  async function open(): Promise<void> {
    const ids = rank.rankings.map(({ rankingId }) => rankingId);
    const shown = rank.current?.rankingId;
    const others = ids.filter((id) => id !== shown);
    if (!chosen.value.includes(shown ?? -1)) chosen.value = [others[0], shown].filter((id) => id !== undefined);
    isOpen.value = true;
    await compare();
  }

  let latest = 0;
  async function compare(): Promise<void> {
    const mine = ++latest;
    pair.value = [0, Math.min(1, chosen.value.length - 1)];
    comparison.value = undefined;
    moves.value = [];
    if (chosen.value.length < 2) return;
    const answer = await failures.attempt(
      bridge.ask.compare({ rankingIds: [...chosen.value], percent: percent.value }),
    );
    if (mine !== latest) return;
    comparison.value = answer;
    await showMoves(...pair.value);
  }

  async function showMoves(from: number, to: number): Promise<void> {
    pair.value = [from, to];
    const ids = [chosen.value[from], chosen.value[to]];
    if (ids[0] === undefined || ids[1] === undefined) return;
    const answer = await failures.attempt(
      bridge.ask.moves({ from: ids[0], to: ids[1], percent: percent.value, limit: MOVES }),
    );
    if (pair.value[0] === from && pair.value[1] === to) moves.value = answer ?? [];
  }

  async function toggle(id: number): Promise<void> {
    if (chosen.value.includes(id)) chosen.value = chosen.value.filter((other) => other !== id);
    else if (chosen.value.length < MOST_COMPARED) chosen.value = [...chosen.value, id];
    await compare();
  }

  async function deepen(best: number): Promise<void> {
    percent.value = best;
    await compare();
  }

  return { isOpen, chosen, rankings, percent, comparison, pair, moves, clear, open, toggle, deepen, showMoves };
});
