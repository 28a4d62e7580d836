// What tuning makes of K labelled customers of a target, and what the usual supervised models make of the same ones.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auc } from '../electron/services/evaluate/metrics.js';
import { unattended } from '../electron/services/task.js';
import { makeDesign } from '../electron/services/tune/design.js';
import { learn } from '../electron/services/tune/learn.js';
import { linearOf, scoresOf } from '../electron/services/tune/linear.js';
import { subDesign } from '../electron/services/tune/products.js';
import { verdictOf } from '../electron/services/tune/tune.js';
import type { TargetFeatures } from './few-shot-features.js';

/** Places of the examples in `labelled`, per number of examples and draw. */
export type Draws = Record<number, number[][]>;

/** AUC per number of examples and draw, on the labelled customers that were not examples. */
export type Judged = Record<number, number[]>;

export const RIVALS = ['logistic', 'boosting', 'text'] as const;
export type Rival = (typeof RIVALS)[number];

/** AUC on the labelled customers without the examples. */
export function judge(
  { labelled, answers, gathered }: Pick<TargetFeatures, 'labelled' | 'answers' | 'gathered'>,
  scores: Float64Array,
  examples: number[],
): number {
  const used = new Set(examples);
  const rest = [...labelled.keys()].filter((place) => !used.has(place));
  const rows = gathered.examples;
  return auc(
    Float64Array.from(rest, (place) => scores[rows[labelled[place]!]!]!),
    Uint8Array.from(rest, (place) => answers[place]!),
  ).value;
}

export interface Ours {
  tuned: Judged;
  untuned: Judged;
}

/** Rankings as `rank --tuned` makes them: untuned where cross-validation speaks against the examples; kept in the cache. */
export function ours(features: TargetFeatures, draws: Draws): Ours {
  const kept = join(features.folder, 'ours.json');
  if (existsSync(kept)) {
    const { asked, made } = JSON.parse(readFileSync(kept, 'utf8')) as { asked: Draws; made: Ours };
    if (JSON.stringify(asked) === JSON.stringify(draws)) return made;
  }
  const made = tuneAll(features, draws);
  writeFileSync(kept, JSON.stringify({ asked: draws, made }));
  return made;
}

function tuneAll(features: TargetFeatures, draws: Draws): Ours {
  const { gathered, labelled, answers } = features;
  const design = makeDesign(gathered);
  const tuned: Judged = {};
  const untuned: Judged = {};
  for (const [size, some] of Object.entries(draws) as unknown as [number, number[][]][]) {
    tuned[size] = some.map((examples) => {
      const part = subDesign(
        design,
        examples.map((place) => labelled[place]!),
      );
      const known = { answers: examples.map((place) => answers[place] as 0 | 1), doubt: 0 };
      const learned = learn(part, known, unattended);
      const inUse = verdictOf(learned) !== 'harms';
      return judge(features, inUse ? scoresOf(linearOf(part, learned.weights), gathered) : gathered.scores, examples);
    });
    untuned[size] = some.map((examples) => judge(features, gathered.scores, examples));
  }
  return { tuned, untuned };
}

/** Starts rivals.py on the target, unless the cache has what it made of the same draws. */
export async function rivals({ folder }: TargetFeatures, draws: Draws, python: string): Promise<Record<Rival, Judged>> {
  const [asked, told] = [join(folder, 'draws.json'), join(folder, 'rivals.json')];
  const text = JSON.stringify(draws);
  if (!existsSync(told) || readFileSync(asked, 'utf8') !== text) {
    writeFileSync(asked, text);
    const child = spawn(python, ['bench/rivals.py', folder], { stdio: 'inherit' });
    await new Promise<void>((done, fail) => {
      child.on('error', fail);
      child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`rivals.py ended with ${code}`))));
    });
  }
  return JSON.parse(readFileSync(told, 'utf8')) as Record<Rival, Judged>;
}
