import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Rules } from '../../electron/ipc/audience.js';
import type { Lifts, Nearest, Why } from '../../electron/ipc/explain.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';

/** Why the customer on show has its rank, who is like it, and what the audience on show has more of. */
export const useExplain = defineStore('explain', () => {
  const failures = useFailures();
  const why = ref<Why>();
  const nearest = ref<Nearest>();
  const lifts = ref<Lifts>();
  const isComparing = ref(false);

  // Only the answers about the customer, or the audience, asked for last count.
  let customer = 0;
  async function explain(rankingId: number, userId: string): Promise<void> {
    const mine = ++customer;
    why.value = undefined;
    nearest.value = undefined;
    const told = await failures.attempt(bridge.explain.customer({ rankingId, userId }));
    if (mine !== customer || !told) return;
    why.value = told;
    const found = await failures.attempt(bridge.explain.nearest({ rankingId, userId }));
    if (mine === customer) nearest.value = found;
  }

  let audience = 0;
  async function compare(rules: Rules): Promise<void> {
    const mine = ++audience;
    isComparing.value = true;
    const found = await failures.attempt(bridge.explain.audience(rules));
    if (mine !== audience) return;
    lifts.value = found;
    isComparing.value = false;
  }

  /** There is no audience to compare with anybody. */
  function forgetAudience(): void {
    audience += 1;
    lifts.value = undefined;
    isComparing.value = false;
  }

  return { why, nearest, lifts, isComparing, explain, compare, forgetAudience };
});
