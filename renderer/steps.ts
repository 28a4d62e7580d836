import { Database, MessageSquareText, SlidersHorizontal, Users } from '@lucide/vue';
import type { Component } from 'vue';
import AskView from './views/AskView.vue';
import AudienceView from './views/AudienceView.vue';
import DataView from './views/DataView.vue';
import TuneView from './views/TuneView.vue';

export type StepName = 'data' | 'ask' | 'tune' | 'audience';

export interface Step {
  name: StepName;
  icon: Component;
  view: Component;
}

/** The main path, in its order. A new step is a line here, its words in text.ts and a view. */
export const steps: Step[] = [
  { name: 'data', icon: Database, view: DataView },
  { name: 'ask', icon: MessageSquareText, view: AskView },
  { name: 'tune', icon: SlidersHorizontal, view: TuneView },
  { name: 'audience', icon: Users, view: AudienceView },
];
