import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { Exported, ExportFormat, Join, Preview, Rules } from '../../electron/ipc/audience.js';
import { bridge } from '../bridge.js';
import { text } from '../text.js';
import { useSize } from './audience-size.js';
import { useWho } from './audience-who.js';
import { useFailures } from './failures.js';
import { tunedWords, useRank } from './rank.js';
import { useTasks } from './tasks.js';

/** The rules that make the ranking on show an audience, whom they take, and where the last one was written. */
export const useAudience = defineStore('audience', () => {
  const failures = useFailures();
  const rank = useRank();
  const tasks = useTasks();
  const who = useWho();
  const size = useSize();
  const joined = ref<{ how: Join; rankingId: number }[]>([]);
  const capColumn = ref('');
  const capPercent = ref(50);
  const fairness = ref('');
  const format = ref<ExportFormat>('csv');
  const preview = ref<Preview>();
  const columns = ref<string[]>([]);
  /** Lowest and highest score of the ranking that was last tried. */
  const scores = ref<Preview['scores']>();
  const exported = ref<Exported>();
  const recipe = ref<string>();
  const isExporting = ref(false);

  const total = computed(() => rank.current?.customers ?? 0);
  const rules = computed<Rules | undefined>(() =>
    rank.current && size.size
      ? {
          ...who.who,
          rankingId: rank.current.rankingId,
          joined: joined.value.map((one) => ({ ...one })),
          size: size.size,
          cap: capColumn.value ? { column: capColumn.value, maxShare: capPercent.value / 100 } : null,
          fairness: fairness.value ? [fairness.value] : [],
        }
      : undefined,
  );

  // A line that names the ranking on show would join it to itself.
  watch(
    () => rank.current?.rankingId,
    (id) => (joined.value = joined.value.filter(({ rankingId }) => rankingId !== id)),
  );

  // Scores of another ranking are others.
  watch([() => rank.current?.rankingId, joined], () => size.forgetScores(), { deep: true });

  function nameOfCurrent(): string {
    if (!rank.current) return '';
    const { instruction } = rank.current.question;
    const tuned = tunedWords(rank.current);
    return tuned === undefined ? instruction : `${instruction} (${tuned})`;
  }

  /** What the customers are ranked by, as a person would read it out. */
  const inWords = computed(() => {
    const nameOf = (id: number) => rank.rankings.find(({ rankingId }) => rankingId === id)?.question.instruction ?? '';
    return joined.value.reduce((before, { how, rankingId }, at) => {
      const grouped = at > 0 ? `(${before})` : before;
      return `${grouped} ${text.audience.join.hows[how].toUpperCase()} ${nameOf(rankingId)}`;
    }, nameOfCurrent());
  });

  function clear(): void {
    who.clear();
    size.clear();
    joined.value = [];
    capColumn.value = '';
    fairness.value = '';
    preview.value = undefined;
    columns.value = [];
    scores.value = undefined;
    exported.value = undefined;
    recipe.value = undefined;
  }

  // While a slider moves, one question is on its way at a time, and the last position is always asked for.
  let isAsking = false;
  let isStale = false;
  async function refresh(): Promise<void> {
    isStale = true;
    if (isAsking) return;
    isAsking = true;
    while (isStale) {
      isStale = false;
      const answer = rules.value && (await failures.attempt(bridge.audience.preview(rules.value)));
      preview.value = rules.value && answer;
      if (!answer) continue;
      columns.value = answer.columns;
      scores.value = answer.scores;
    }
    isAsking = false;
  }

  async function write(): Promise<void> {
    if (!rules.value) return;
    isExporting.value = true;
    const written = await failures.attempt(
      bridge.audience.export({ taskId: tasks.newId(), rules: rules.value, format: format.value }),
    );
    isExporting.value = false;
    if (written) exported.value = written;
  }

  async function saveRecipe(): Promise<void> {
    if (!rules.value) return;
    const saved = await failures.attempt(bridge.audience.saveRecipe({ rules: rules.value, format: format.value }));
    if (saved) recipe.value = saved;
  }

  async function reveal({ handle }: Exported): Promise<void> {
    await failures.attempt(bridge.audience.reveal({ handle }));
  }

  return {
    joined,
    capColumn,
    capPercent,
    fairness,
    format,
    preview,
    columns,
    scores,
    exported,
    recipe,
    isExporting,
    total,
    rules,
    inWords,
    clear,
    refresh,
    write,
    saveRecipe,
    reveal,
  };
});
