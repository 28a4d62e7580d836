import { computed } from 'vue';
import { steps } from './steps.js';
import { useCompare } from './stores/compare.js';
import { useData } from './stores/data.js';
import { useFit } from './stores/fit.js';
import { useMap } from './stores/map.js';
import { useNavigation } from './stores/navigation.js';
import { useRank } from './stores/rank.js';
import { useTasks } from './stores/tasks.js';
import { useWorkspace } from './stores/workspace.js';
import { text } from './text.js';

/** Something that a person can do from anywhere by its name, and some by a key held with Ctrl (⌘ on a Mac). */
export interface Command {
  name: string;
  /** The key, as KeyboardEvent.key gives it. */
  key?: string;
  run: () => unknown;
}

const isMac = navigator.userAgent.includes('Mac');
/** The key of the palette itself. */
export const PALETTE_KEY = 'k';

/** How a shortcut is written. */
export function keyWords(key: string): string {
  const word = key === 'Enter' ? '↵' : key.toUpperCase();
  return isMac ? `⌘${word}` : `Ctrl ${word}`;
}

/** Whether a key was pressed together with the key that makes it a shortcut. */
export function isShortcut(event: KeyboardEvent, key: string): boolean {
  const held = isMac ? event.metaKey : event.ctrlKey;
  return held && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key.toLowerCase();
}

/** Rankings that are named in the palette. */
const RANKINGS = 12;

/** What can be done at the moment, in the order in which it is offered. */
export function useCommands() {
  const workspace = useWorkspace();
  const navigation = useNavigation();
  const data = useData();
  const rank = useRank();
  const compare = useCompare();
  const fit = useFit();
  const map = useMap();
  const tasks = useTasks();
  const words = text.commands;

  async function inStep(step: 'data' | 'learn' | 'ask' | 'map', run: () => unknown): Promise<void> {
    navigation.go(step);
    await run();
  }
  async function open(enter: () => Promise<boolean>): Promise<void> {
    if (await enter()) navigation.go('data');
  }

  const anywhere = computed<Command[]>(() => [
    { name: words.create, run: () => open(workspace.create) },
    { name: words.openWorkspace, run: () => open(workspace.choose) },
    ...workspace.recent
      .filter(({ name, folder }) => name !== workspace.current?.name || folder !== workspace.current.folder)
      .map(({ handle, name }) => ({
        name: words.openRecent(name),
        run: () => open(() => workspace.openRecent(handle)),
      })),
  ]);

  const inWorkspace = computed<Command[]>(() => [
    ...steps.map(({ name }, at) => ({
      name: words.go(text.steps[name]),
      key: String(at + 1),
      run: () => navigation.go(name),
    })),
    { name: words.choose, key: 'o', run: () => inStep('data', data.choose) },
    ...(data.overview.customers === 0 ? [{ name: words.addSample, run: () => inStep('data', data.addSample) }] : []),
    ...(data.overview.customers > 0
      ? [
          { name: words.ask, key: 'i', run: () => inStep('ask', () => navigation.focusInstruction()) },
          ...(rank.canStart ? [{ name: words.rank, key: 'Enter', run: () => inStep('ask', rank.start) }] : []),
          { name: text.learn.start, run: () => inStep('learn', () => !fit.running && fit.start()) },
          { name: words.map, run: () => inStep('map', () => !map.running && map.make()) },
        ]
      : []),
    ...(rank.rankings.length > 1 ? [{ name: words.compare, run: () => inStep('ask', compare.open) }] : []),
    ...rank.rankings.slice(0, RANKINGS).map((ranking) => ({
      name: words.show(ranking.question.instruction),
      run: () => inStep('ask', () => rank.show(ranking)),
    })),
    ...tasks.running.map(({ taskId, title }) => ({
      name: taskId === fit.running ? words.pause(title) : words.stop(title),
      run: () => tasks.cancel(taskId),
    })),
    { name: words.close, run: () => workspace.close() },
  ]);

  return computed<Command[]>(() => (workspace.current ? [...inWorkspace.value, ...anywhere.value] : anywhere.value));
}
