import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { Outcome, OutcomeFile } from '../../electron/ipc/audience.js';
import type { Offer, OfferEvaluation, TakenOffer } from '../../electron/ipc/offers.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useOffers } from './offers.js';
import { useTasks } from './tasks.js';

/** What customers took of the offers, and how well the ways of ordering offers meet it. */
export const useOfferEvaluation = defineStore('offer-evaluation', () => {
  const failures = useFailures();
  const offers = useOffers();
  const tasks = useTasks();
  const file = ref<OutcomeFile>();
  /** Chosen outcomes by the offer's name; undefined where a person took one away. */
  const chosen = ref(new Map<string, Outcome | undefined>());
  const evaluation = ref<OfferEvaluation>();
  const isMeasuring = ref(false);

  /** Who took an offer: as chosen, else as known of it for planning. */
  function takenOf({ name, outcome }: Offer): Outcome | undefined {
    if (chosen.value.has(name)) return chosen.value.get(name);
    return outcome === null ? undefined : { imported: outcome };
  }

  /** Undefined as long as it is not known of every offer who took it. */
  const taken = computed<TakenOffer[] | undefined>(() => {
    const known = offers.offers.flatMap((offer) => {
      const outcome = takenOf(offer);
      return outcome ? [{ name: offer.name, rankingId: offer.rankingId, taken: { ...outcome } }] : [];
    });
    return known.length > 0 && known.length === offers.offers.length ? known : undefined;
  });
  // Figures of other offers or outcomes say nothing, those that are on their way included.
  let latest = 0;
  watch(
    () => JSON.stringify(taken.value),
    () => {
      latest++;
      evaluation.value = undefined;
    },
  );

  function clear(): void {
    file.value = undefined;
    chosen.value.clear();
    evaluation.value = undefined;
  }

  function take({ name }: Offer, outcome: Outcome | undefined): void {
    chosen.value.set(name, outcome);
  }

  async function chooseFile(): Promise<void> {
    const other = await failures.attempt(bridge.audience.chooseOutcomes());
    if (!other) return;
    file.value = other;
    // Columns of the file before cannot be seen any more.
    chosen.value.forEach((one, name) => {
      if (one && 'handle' in one && one.handle !== other.file.handle) chosen.value.delete(name);
    });
  }

  async function measure(): Promise<void> {
    if (!taken.value) return;
    const mine = latest;
    isMeasuring.value = true;
    const measured = await failures.attempt(bridge.offers.evaluate({ taskId: tasks.newId(), offers: taken.value }));
    if (mine === latest) evaluation.value = measured;
    isMeasuring.value = false;
  }

  return { file, evaluation, isMeasuring, taken, takenOf, clear, take, chooseFile, measure };
});
