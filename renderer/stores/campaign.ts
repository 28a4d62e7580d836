import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { OutcomeFile } from '../../electron/ipc/audience.js';
import type { Campaign, Effect } from '../../electron/ipc/campaign.js';
import { bridge } from '../bridge.js';
import { useFailures } from './failures.js';
import { useTasks } from './tasks.js';

/** An earlier export, what its customers did since, and what it brought. */
export const useCampaign = defineStore('campaign', () => {
  const failures = useFailures();
  const tasks = useTasks();
  const campaign = ref<Campaign>();
  const outcomes = ref<OutcomeFile>();
  /** Empty: every id in the file has converted. */
  const column = ref('');
  const effect = ref<Effect>();
  const isMeasuring = ref(false);

  function clear(): void {
    campaign.value = undefined;
    outcomes.value = undefined;
    column.value = '';
    effect.value = undefined;
  }

  async function chooseCampaign(): Promise<void> {
    const chosen = await failures.attempt(bridge.campaign.choose());
    if (!chosen) return;
    campaign.value = chosen;
    effect.value = undefined;
  }

  async function chooseOutcomes(): Promise<void> {
    const chosen = await failures.attempt(bridge.audience.chooseOutcomes());
    if (!chosen) return;
    outcomes.value = chosen;
    column.value = chosen.columns[0] ?? '';
    effect.value = undefined;
  }

  async function measure(): Promise<void> {
    if (!campaign.value || !outcomes.value) return;
    isMeasuring.value = true;
    effect.value = await failures.attempt(
      bridge.campaign.measure({
        taskId: tasks.newId(),
        campaign: campaign.value.file.handle,
        outcomes: outcomes.value.file.handle,
        column: column.value || null,
      }),
    );
    isMeasuring.value = false;
  }

  return { campaign, outcomes, column, effect, isMeasuring, clear, chooseCampaign, chooseOutcomes, measure };
});
