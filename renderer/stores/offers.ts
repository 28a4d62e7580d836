import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { Exported } from '../../electron/ipc/audience.js';
import type { Offer, OfferFormat, Offering, OfferPlan } from '../../electron/ipc/offers.js';
import type { Tuned } from '../../electron/ipc/tune.js';
import { bridge } from '../bridge.js';
import { useWho } from './audience-who.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** Characters of an instruction that make an offer's name. */
const NAME_LENGTH = 40;
const MOST_OFFERS = 20;

/** Several rankings at once, of which every customer gets the one that suits best. */
export const useOffers = defineStore('offers', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const who = useWho();
  const offers = ref<Offer[]>([]);
  const contacts = ref<number | null>(null);
  const format = ref<OfferFormat>('csv');
  const plan = ref<OfferPlan>();
  const exported = ref<Exported>();
  const recipe = ref<string>();
  const running = ref<string>();

  const offering = computed<Offering>(() => ({
    offers: offers.value.map((offer) => ({ ...offer })),
    contacts: contacts.value,
    who: who.who,
  }));
  const canPlan = computed(() => {
    const names = new Set(offers.value.map(({ name }) => name.trim()));
    return names.size > 0 && names.size === offers.value.length && !names.has('') && running.value === undefined;
  });
  const canAdd = computed(() => rank.rankings.length > 0 && offers.value.length < MOST_OFFERS);
  // A plan of other offers or rules says nothing.
  watch(offering, () => (plan.value = undefined), { deep: true });

  function clear(): void {
    offers.value = [];
    contacts.value = null;
    exported.value = undefined;
    recipe.value = undefined;
  }

  /** Another offer, by the newest ranking that no other is by. */
  function add(): void {
    const taken = offers.value.map(({ rankingId }) => rankingId);
    const next = rank.rankings.find(({ rankingId }) => !taken.includes(rankingId)) ?? rank.rankings[0];
    if (!next) return;
    const name = next.question.instruction.slice(0, NAME_LENGTH);
    offers.value.push({ name, rankingId: next.rankingId, capacity: null, outcome: null, ratePercent: null });
  }

  /** Ranks by a tuned version and takes an offer from it; the ranking on show stays. */
  async function rankBy(offer: Offer, { name, version }: Tuned): Promise<void> {
    running.value = tasks.newId();
    const ranking = await failures.attempt(bridge.tune.rank({ taskId: running.value, name, version }));
    running.value = undefined;
    if (!ranking) return;
    rank.rankings = [ranking, ...rank.rankings];
    offer.rankingId = ranking.rankingId;
  }

  async function makePlan(): Promise<void> {
    running.value = tasks.newId();
    plan.value = await failures.attempt(bridge.offers.plan({ taskId: running.value, offering: offering.value }));
    running.value = undefined;
  }

  async function write(): Promise<void> {
    running.value = tasks.newId();
    const written = await failures.attempt(
      bridge.offers.export({ taskId: running.value, offering: offering.value, format: format.value }),
    );
    running.value = undefined;
    if (written) exported.value = written;
  }

  async function saveRecipe(): Promise<void> {
    const saved = await failures.attempt(bridge.offers.saveRecipe({ offering: offering.value, format: format.value }));
    if (saved) recipe.value = saved;
  }

  return {
    offers,
    contacts,
    format,
    plan,
    exported,
    recipe,
    running,
    canPlan,
    canAdd,
    clear,
    add,
    rankBy,
    makePlan,
    write,
    saveRecipe,
  };
});
