import { Database, GraduationCap, Map as MapIcon, MessageSquareText, SlidersHorizontal, Users } from '@lucide/vue';
import type { Component } from 'vue';
import AskView from './views/AskView.vue';
import AudienceView from './views/AudienceView.vue';
import DataView from './views/DataView.vue';
import LearnView from './views/LearnView.vue';
import MapView from './views/MapView.vue';
import TuneView from './views/TuneView.vue';

export type StepName = 'data' | 'learn' | 'ask' | 'map' | 'tune' | 'audience';

export interface Step {
  name: StepName;
  icon: Component;
  view: Component;
}

/** The main path, in its order. A new step is a line here, its words in text.ts and a view. */
export const steps: Step[] = [
  { name: 'data', icon: Database, view: DataView },
  { name: 'learn', icon: GraduationCap, view: LearnView },
  { name: 'ask', icon: MessageSquareText, view: AskView },
  { name: 'map', icon: MapIcon, view: MapView },
  { name: 'tune', icon: SlidersHorizontal, view: TuneView },
  { name: 'audience', icon: Users, view: AudienceView },
];
