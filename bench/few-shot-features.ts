// What tuning and its rivals see of a set's customers, prepared once per set of hidden rows and kept in the cache as plain
// arrays (little-endian, one file each), which bench/rivals.py reads as well.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose, type Services } from '../electron/composition.js';
import type { Engine } from '../electron/engine/engine.js';
import { activityRanking } from '../electron/services/evaluate/activity.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import type { StoredFit } from '../electron/services/fit/fit-store.js';
import { prepareScorer } from '../electron/services/rank/score.js';
import { unattended } from '../electron/services/task.js';
import type { Gathered } from '../electron/services/tune/design.js';
import { baseSample, gather } from '../electron/services/tune/gather.js';
import type { Workspace } from '../electron/services/workspace/workspace.js';
import { customersOf, cutFiles, labelFile, targets, unseenModel, type Cut, type Target } from './benchmark-set.js';
import type { HalfOptions } from './fit-half.js';
import { similarityRankings } from './text-similarity.js';

/** A target's customers: those of the second half with a row left after hiding. */
export interface TargetFeatures {
  target: Target;
  /** Folder of the arrays. */
  folder: string;
  gathered: Gathered;
  ids: string[];
  /** Places in `ids` of the customers that count, and their answers. */
  labelled: Uint32Array;
  answers: Uint8Array;
  activity: Float64Array;
  meanSimilarity: Float64Array;
  top3: Float64Array;
}

/** A target as the model that ships sees it and, where a fit opened a gate, as the fitted one does. */
export interface Prepared {
  shipped: TargetFeatures;
  fitted: TargetFeatures | undefined;
}

type Arrays = Record<string, Float64Array | Uint32Array | Uint8Array>;
const TYPES = { f64: Float64Array, u32: Uint32Array, u8: Uint8Array };

/**
 * Features of every target of a set's second half, one target at a time; targets that hide the same rows share the
 * preparation.
 * @param fit of the first half, where it opened a gate
 */
export async function* featuresOfSet(
  set: string,
  options: HalfOptions,
  fit: StoredFit | undefined,
): AsyncGenerator<Prepared> {
  const own = targets.filter((target) => target.set === set).sort((a, b) => hideKey(a).localeCompare(hideKey(b)));
  const { customers, steps, cache } = options;
  const folderOf = (what: string, { label }: Target): string => join(cache, `few-shot.${customers}`, set, label, what);
  let open: { key: string; services: Services } | undefined;
  try {
    for (const target of own) {
      const [plain, fitted] = [folderOf('shipped', target), folderOf(`fitted.${steps}`, target)];
      if (!existsSync(plain) || (fit && !existsSync(fitted))) {
        const key = hideKey(target);
        if (open?.key !== key) {
          open?.services.close();
          open = { key, services: await openTarget(target, options) };
        }
        const { workspace } = open.services;
        const engine = await open.services.engine('cpu');
        if (!existsSync(plain)) await writeFeatures(workspace, engine, target, plain, options);
        if (fit && !existsSync(fitted))
          await writeFeatures(workspace, engine.fitted(fit.learned, fit.hash), target, fitted, options);
      }
      yield { shipped: readFeatures(target, plain), fitted: fit && readFeatures(target, fitted) };
    }
  } finally {
    open?.services.close();
  }
}

function hideKey({ hide }: Target): string {
  return JSON.stringify(hide);
}

/**
 * Both halves of a target's set, encoded in one workspace by a model that has not seen the set; the second half, who are
 * asked about, without the rows that give the target away.
 */
export async function openTarget({ set, hide }: Target, { data, cache, customers }: HalfOptions): Promise<Services> {
  const path = join(cache, `few-shot.${set}.instructue`);
  rmSync(path, { force: true });
  const folder = join(cache, `few-shot.${set}`);
  rmSync(folder, { recursive: true, force: true });
  const cuts: Cut[] = [
    { customers, half: 0 },
    { customers, half: 1, hide },
  ];
  const services = await compose(path, { create: true, models: unseenModel(set, cache) });
  await services.importFiles(await cutFiles(data, set, cuts, folder));
  await services.prepare({ device: 'cpu' });
  return services;
}

/** Those of the second half, by number in the workspace, and their ids. */
export async function secondHalf(
  workspace: Workspace,
  { set }: Target,
  { data, customers }: HalfOptions,
): Promise<{ numbers: number[]; ids: string[] }> {
  const rows = await workspace.all<{ customer: number; user_id: string }>(
    `SELECT customer, user_id FROM customers WHERE user_id IN (${customersOf(data, set, { customers, half: 1 })}) ORDER BY customer`,
  );
  return { numbers: rows.map(({ customer }) => customer), ids: rows.map(({ user_id }) => user_id) };
}

async function writeFeatures(
  workspace: Workspace,
  engine: Engine,
  target: Target,
  folder: string,
  options: HalfOptions,
): Promise<void> {
  const { instruction, answer } = target;
  const scorer = await prepareScorer(workspace, engine, { instruction, answer });
  const { numbers, ids } = await secondHalf(workspace, target, options);
  const { n } = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index'))!;
  const { gathered } = await gather(workspace, engine, scorer, { base: baseSample(n), chosen: numbers }, unattended);
  const { rows, examples } = gathered;
  const { labelled, answers } = await labelledOf(target, ids, gathered, options);
  const similar = await similarityRankings(workspace, engine, instruction);
  const activity = new Map((await activityRanking(workspace)).map(({ user_id, score }) => [user_id, score]));
  const { columns } = gathered;
  const arrays: Arrays = {
    'examples.u32': examples,
    'valueOf.u32': columns.valueOf,
    'start.u32': rows.start,
    'column.u32': rows.column.slice(0, rows.start.at(-1)),
    'value.f64': rows.value.slice(0, rows.start.at(-1)),
    'scores.f64': gathered.scores,
    'text.f64': gathered.text,
    ...(gathered.learned && { 'learned.f64': gathered.learned }),
    'labelled.u32': labelled,
    'answers.u8': answers,
    'activity.f64': Float64Array.from(ids, (id) => activity.get(id)!),
    'meanSimilarity.f64': Float64Array.from(numbers, (number) => similar.mean[number]!),
    'top3.f64': Float64Array.from(numbers, (number) => similar.top3[number]!),
  };
  // A folder that is there is whole.
  const making = `${folder}.part`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const meta = { ids, sampled: gathered.sampled, strings: columns.strings, columns: columns.count };
  writeFileSync(join(making, 'meta.json'), JSON.stringify(meta));
  for (const [name, array] of Object.entries(arrays)) writeFileSync(join(making, name), array);
  renameSync(making, folder);
}

/** The customers with a label and a row left after hiding, by place in `ids`, and their answers. */
export async function labelledOf(
  target: Target,
  ids: readonly string[],
  { rows, examples }: Pick<Gathered, 'rows' | 'examples'>,
  { data }: HalfOptions,
): Promise<Pick<TargetFeatures, 'labelled' | 'answers'>> {
  const { values } = await readLabels(join(data, target.set, labelFile(target.set)), target.label);
  const labelled = [...ids.keys()].filter(
    (at) => values.has(ids[at]!) && rows.start[examples[at]! + 1]! > rows.start[examples[at]!]!,
  );
  return {
    labelled: Uint32Array.from(labelled),
    answers: Uint8Array.from(labelled, (at) => values.get(ids[at]!)!),
  };
}

function readFeatures(target: Target, folder: string): TargetFeatures {
  const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as {
    ids: string[];
    sampled: number;
    strings: number;
    columns: number;
  };
  const read = <Name extends keyof typeof TYPES>(name: string, type: Name): InstanceType<(typeof TYPES)[Name]> => {
    const bytes = readFileSync(join(folder, `${name}.${type}`));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    return new TYPES[type](buffer) as InstanceType<(typeof TYPES)[Name]>;
  };
  return {
    target,
    folder,
    ids: meta.ids,
    gathered: {
      columns: { strings: meta.strings, count: meta.columns, valueOf: read('valueOf', 'u32') },
      sampled: meta.sampled,
      examples: read('examples', 'u32'),
      rows: { start: read('start', 'u32'), column: read('column', 'u32'), value: read('value', 'f64') },
      scores: read('scores', 'f64'),
      text: read('text', 'f64'),
      learned: existsSync(join(folder, 'learned.f64')) ? read('learned', 'f64') : undefined,
    },
    labelled: read('labelled', 'u32'),
    answers: read('answers', 'u8'),
    activity: read('activity', 'f64'),
    meanSimilarity: read('meanSimilarity', 'f64'),
    top3: read('top3', 'f64'),
  };
}

/** Half positives where there are enough for half of them to be left over, drawn by a seeded hash of the ids. */
export function drawExamples(
  { ids, labelled, answers }: Pick<TargetFeatures, 'ids' | 'labelled' | 'answers'>,
  size: number,
  draw: number,
): number[] {
  const keys = Array.from(labelled, (at) => createHash('md5').update(`${draw} ${ids[at]!}`).digest('hex'));
  const order = [...labelled.keys()].sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  const positives = order.filter((at) => answers[at] === 1);
  const some = positives.slice(0, Math.min(size / 2, Math.floor(positives.length / 2)));
  return [...some, ...order.filter((at) => answers[at] === 0).slice(0, size - some.length)];
}
