import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import {
  MOST_IDS,
  type Answered,
  type Card,
  type ExampleFile,
  type ExampleOrigin,
  type Tuned,
} from '../../electron/ipc/tune.js';
import { bridge } from '../bridge.js';
import { useData } from './data.js';
import { useFailures } from './failures.js';
import { useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** How the examples are given. */
export type Way = 'file' | 'outcome' | 'ids' | 'segment' | 'cards';

/** A card with the answer that it got; undefined while it is open, null when the person does not know. */
export type AnsweredCard = Card & { label?: 0 | 1 | null };

const CARDS = 10;

/** Examples that say what an instruction leaves open, and the versions that were learned from them. */
export const useTune = defineStore('tune', () => {
  const failures = useFailures();
  const rank = useRank();
  const data = useData();
  const tasks = useTasks();
  const versions = ref<Tuned[]>([]);
  const examples = ref<ExampleFile>();
  const label = ref('');
  /** An outcome that was imported as labels, by its name. */
  const outcome = ref('');
  const way = ref<Way>('file');
  const pasted = ref('');
  /** Number of the segment whose customers fit. */
  const segmentId = ref<number>();
  const softPrompt = ref(false);
  const cards = ref<AnsweredCard[]>([]);
  const answered = ref<Answered>({ positives: 0, negatives: 0 });
  /** Deleted since the workspace was opened, the newest last. */
  const deleted = ref<Tuned[]>([]);
  const running = ref<string>();
  /** The last tuning went well, and nothing else was asked for since. */
  const hasLearned = ref(false);

  const ids = computed(() =>
    pasted.value
      .split(/[\n\r\t,;]+/)
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  );
  const segments = computed(() => data.overview.sources.filter(({ kind }) => kind === 'segment'));
  const segment = computed(() => segments.value.find(({ fileId }) => fileId === segmentId.value));
  const canTune = computed(() => {
    if (way.value === 'file') return examples.value !== undefined;
    if (way.value === 'outcome') return outcome.value !== '';
    if (way.value === 'ids') return ids.value.length > 0 && ids.value.length <= MOST_IDS;
    if (way.value === 'segment') return segment.value !== undefined;
    const { positives, negatives } = answered.value;
    return positives > 0 && negatives > 0 && positives + negatives >= 4;
  });

  function clear(): void {
    versions.value = [];
    examples.value = undefined;
    label.value = '';
    outcome.value = '';
    pasted.value = '';
    segmentId.value = undefined;
    deleted.value = [];
    hasLearned.value = false;
    forgetCards();
  }

  /** Cards belong to the instruction on show. */
  function forgetCards(): void {
    cards.value = [];
    answered.value = { positives: 0, negatives: 0 };
  }
  watch(() => rank.current?.question.instruction, forgetCards);

  async function refresh(): Promise<void> {
    versions.value = (await failures.attempt(bridge.tune.list())) ?? [];
  }

  async function choose(): Promise<void> {
    const chosen = await failures.attempt(bridge.tune.chooseExamples());
    if (!chosen) return;
    examples.value = chosen;
    label.value = chosen.labels[0] ?? '';
  }

  async function start(): Promise<void> {
    if (!rank.current || !canTune.value) return;
    running.value = tasks.newId();
    hasLearned.value = false;
    // Plain copies: what the store holds is reactive, which cannot leave the window.
    const question = { ...rank.current.question };
    const tuned = await failures.attempt(
      bridge.tune.start({ taskId: running.value, question, examples: origin(), softPrompt: softPrompt.value }),
    );
    running.value = undefined;
    await refresh();
    hasLearned.value = tuned !== undefined;
    // What was learned changes whom to ask about next.
    if (tuned && way.value === 'cards') await ask();
  }

  function origin(): ExampleOrigin {
    if (way.value === 'outcome') return { by: 'outcome', label: outcome.value };
    if (way.value === 'ids') return { by: 'ids', ids: [...ids.value] };
    if (way.value === 'segment') return { by: 'segment', fileId: segmentId.value! };
    if (way.value === 'cards') return { by: 'answers' };
    return { by: 'file', handle: examples.value!.file.handle, label: label.value || null };
  }

  /** Takes the customers of a segment as those who fit; nothing is tuned yet. */
  function useSegment(fileId: number): void {
    way.value = 'segment';
    segmentId.value = fileId;
  }

  /** Ten more customers to be asked about. */
  async function ask(): Promise<void> {
    if (!rank.current) return;
    running.value = tasks.newId();
    const question = { ...rank.current.question };
    const told = await failures.attempt(bridge.tune.suggest({ taskId: running.value, question, count: CARDS }));
    running.value = undefined;
    if (!told) return;
    cards.value = told.cards;
    answered.value = told.answered;
  }

  async function answer(card: AnsweredCard, value: 0 | 1 | null | undefined): Promise<void> {
    if (!rank.current) return;
    const question = { ...rank.current.question };
    const told = await failures.attempt(bridge.tune.answer({ question, userId: card.userId, label: value ?? null }));
    if (!told) return;
    card.label = value;
    answered.value = told;
  }

  async function note({ name, version }: Tuned, text: string): Promise<void> {
    await failures.attempt(bridge.tune.note({ name, version, note: text }));
    await refresh();
  }

  async function use({ name, version }: Tuned): Promise<void> {
    await failures.attempt(bridge.tune.use({ name, version }));
    await refresh();
  }

  async function remove(tuned: Tuned): Promise<void> {
    const { name, version } = tuned;
    const done = await bridge.tune.delete({ name, version });
    // The notice stands for what is gone from the list.
    await refresh();
    if (done.ok) deleted.value.push(tuned);
    else failures.show(done.error);
    hasLearned.value = false;
  }

  async function restore({ name, version }: Tuned): Promise<void> {
    const done = await bridge.tune.restore({ name, version });
    await refresh();
    if (done.ok) deleted.value = deleted.value.filter((tuned) => tuned.name !== name || tuned.version !== version);
    else failures.show(done.error);
  }

  /** True when the ranking by this version is on show. */
  async function rankWith({ name, version }: Tuned): Promise<boolean> {
    running.value = tasks.newId();
    const ranking = await failures.attempt(bridge.tune.rank({ taskId: running.value, name, version }));
    running.value = undefined;
    if (ranking) await rank.add(ranking);
    return ranking !== undefined;
  }

  return {
    versions,
    examples,
    label,
    outcome,
    way,
    pasted,
    softPrompt,
    ids,
    segmentId,
    segments,
    segment,
    cards,
    answered,
    deleted,
    hasLearned,
    canTune,
    running,
    clear,
    refresh,
    choose,
    start,
    useSegment,
    ask,
    answer,
    note,
    use,
    remove,
    restore,
    rankWith,
  };
});
