import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { RecentWorkspace, WorkspaceInfo } from '../../electron/ipc/workspace.js';
import { bridge } from '../bridge.js';
import { useAudience } from './audience.js';
import { useCampaign } from './campaign.js';
import { useCompare } from './compare.js';
import { useData } from './data.js';
import { useEvaluate } from './evaluate.js';
import { useFailures } from './failures.js';
import { useFit } from './fit.js';
import { useMap } from './map.js';
import { useOfferEvaluation } from './offer-evaluation.js';
import { useOffers } from './offers.js';
import { useRank } from './rank.js';
import { useRecipe } from './recipe.js';
import { useRemake } from './remake.js';
import { useTune } from './tune.js';

/** The open workspace, and those opened before. */
export const useWorkspace = defineStore('workspace', () => {
  const failures = useFailures();
  const current = ref<WorkspaceInfo | null>(null);
  const recent = ref<RecentWorkspace[]>([]);
  /** Set while work in the workspace comes to its end, so that it can be closed. */
  const isClosing = ref(false);

  /** Everything that mirrors the workspace is read again. */
  async function enter(workspace: WorkspaceInfo | null | undefined): Promise<boolean> {
    if (!workspace) return false;
    failures.forget();
    useData().clear();
    useRank().clear();
    useAudience().clear();
    useCampaign().clear();
    useRemake().clear();
    useRecipe().clear();
    useOffers().clear();
    useOfferEvaluation().clear();
    useEvaluate().clear();
    useCompare().clear();
    useMap().clear();
    useTune().clear();
    useFit().clear();
    await Promise.all([useData().refresh(), useRank().refresh(), useTune().refresh()]);
    current.value = workspace;
    recent.value = (await failures.attempt(bridge.workspace.recent())) ?? [];
    return true;
  }

  async function load(): Promise<void> {
    recent.value = (await failures.attempt(bridge.workspace.recent())) ?? [];
    await enter(await failures.attempt(bridge.workspace.current()));
  }

  const create = async () => enter(await failures.attempt(bridge.workspace.create()));
  const choose = async () => enter(await failures.attempt(bridge.workspace.choose()));
  const openRecent = async (handle: string) => enter(await failures.attempt(bridge.workspace.openRecent({ handle })));
  /** Opens a workspace file that was dropped on the window. */
  async function openDropped(file: File): Promise<boolean> {
    const [granted] = (await failures.attempt(bridge.data.grantDropped([file]))) ?? [];
    return granted ? openRecent(granted.handle) : false;
  }
  async function openSample(): Promise<boolean> {
    const opened = await enter(await failures.attempt(bridge.workspace.openSample()));
    if (opened && useData().overview.customers === 0) await useData().addSample();
    return opened;
  }

  async function close(): Promise<void> {
    isClosing.value = true;
    const closed = await failures.attempt(bridge.workspace.close());
    isClosing.value = false;
    if (closed === false) return;
    if (closed) failures.forget();
    current.value = null;
    await load();
  }

  return { current, recent, isClosing, load, create, choose, openRecent, openDropped, openSample, close };
});
