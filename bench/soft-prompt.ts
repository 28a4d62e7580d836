// `npm run -s cli -- bench soft-prompt [DATA] [--sets a,b] [--draws N] [--customers N]`: what a soft prompt adds to tuning. One
// target of every set; AUC on the customers that were not examples, of the untuned instruction, tuned without and with it.
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Engine } from '../electron/engine/engine.js';
import { Readout } from '../electron/services/rank/readout.js';
import { prepareScorer } from '../electron/services/rank/score.js';
import { unattended } from '../electron/services/task.js';
import { makeDesign, type Gathered } from '../electron/services/tune/design.js';
import { baseSample, gather } from '../electron/services/tune/gather.js';
import { learn } from '../electron/services/tune/learn.js';
import { linearOf, scoresOf } from '../electron/services/tune/linear.js';
import { trainSoftPrompt } from '../electron/services/tune/soft-prompt.js';
import type { Workspace } from '../electron/services/workspace/workspace.js';
import { sets, targets, type Target } from './benchmark-set.js';
import { drawExamples, labelledOf, openTarget, secondHalf } from './few-shot-features.js';
import { judge } from './few-shot-models.js';
import { average } from './text-similarity.js';

const SIZES = [16, 64];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    customers: { type: 'string', default: '2000' },
    draws: { type: 'string', default: '2' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const half = {
  data: positionals[0] ?? '../shared/data',
  cache: options.cache,
  customers: Number(options.customers),
  steps: 0,
};
mkdirSync(options.cache, { recursive: true });

/** AUC at every size of SIZES, mean over draws. */
interface Figures {
  untuned: number[];
  without: number[];
  with: number[];
}

console.log(`# A soft prompt beside the residual alone: AUC on other customers, mean of ${options.draws} draws\n`);
const heads = SIZES.map((size) => `K=${size}: untuned | without | with soft prompt`).join(' | ');
console.log(`| target | ${heads} |\n|---|${'---|---|---|'.repeat(SIZES.length)}`);
const all: Figures[] = [];
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const target = targets.find((one) => one.set === set)!;
  const figures = await runTarget(target);
  all.push(figures);
  console.log(`| ${set}: ${target.label} | ${cells([figures])} |`);
}
console.log(`| **mean** | ${cells(all)} |`);

function cells(some: readonly Figures[]): string {
  const mean = (of: (figures: Figures) => number): string => average(some.map(of)).toFixed(3);
  return SIZES.map((_, at) =>
    [mean((one) => one.untuned[at]!), mean((one) => one.without[at]!), mean((one) => one.with[at]!)].join(' | '),
  ).join(' | ');
}

async function runTarget(target: Target): Promise<Figures> {
  const services = await openTarget(target, half);
  try {
    return await figuresOf(services.workspace, await services.engine('cpu'), target);
  } finally {
    services.close();
  }
}

async function figuresOf(workspace: Workspace, engine: Engine, target: Target): Promise<Figures> {
  const { instruction, answer } = target;
  const scorer = await prepareScorer(workspace, engine, { instruction, answer });
  const { numbers, ids } = await secondHalf(workspace, target, half);
  const { n } = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index'))!;
  const asked = { base: baseSample(n), chosen: numbers };
  const { gathered, events } = await gather(workspace, engine, scorer, asked, unattended);
  const readout = await Readout.of(workspace, engine, scorer.wanted.read, scorer.wanted.scores.facts);
  const known = { ids, gathered, ...(await labelledOf(target, ids, gathered, half)) };
  const result: Figures = { untuned: [], without: [], with: [] };
  for (const size of SIZES) {
    const each: Record<keyof Figures, number[]> = { untuned: [], without: [], with: [] };
    for (let draw = 0; draw < Number(options.draws); draw++) {
      const examples = drawExamples(known, size, draw);
      const rows = examples.map((place) => gathered.examples[known.labelled[place]!]!);
      const answers = examples.map((place) => known.answers[place] as 0 | 1);
      const { scores } = await trainSoftPrompt(engine, readout, { events, rows, answers }, unattended);
      const own = { ...gathered, examples: Uint32Array.from(rows) };
      each.untuned.push(judge(known, gathered.scores, examples));
      each.without.push(judge(known, tuned(own, answers), examples));
      each.with.push(judge(known, tuned({ ...own, prompted: scores }, answers), examples));
    }
    for (const name of ['untuned', 'without', 'with'] as const) result[name].push(average(each[name]));
  }
  return result;
}

/** Tuned scores of all rows. */
function tuned(gathered: Gathered, answers: (0 | 1)[]): Float64Array {
  const design = makeDesign(gathered);
  return scoresOf(linearOf(design, learn(design, { answers, doubt: 0 }, unattended).weights), gathered);
}
