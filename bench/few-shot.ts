// `npm run -s cli -- bench few-shot [DATA] [--customers N] [--steps N] [--sets a,b] [--cache FOLDER] [--python FILE]`: what
// learning from customers without labels (a fit) and tuning by K labelled ones are worth. A fit learns from one half of a
// set's customers; of the other half, whose rows that give the target away are left out, K tune each target's instruction,
// and the rest is scored: AUC, mean of five draws, beside the simple rankings and what usual supervised models make of the
// same labels (rivals.py).
import { existsSync, mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { FitVersion } from '../electron/services/fit/fit-versions.js';
import { sets } from './benchmark-set.js';
import { drawExamples, featuresOfSet, type Prepared, type TargetFeatures } from './few-shot-features.js';
import { judge, ours, rivals, RIVALS, type Draws, type Judged, type Rival } from './few-shot-models.js';
import { fitFirstHalf } from './fit-half.js';
import { average } from './text-similarity.js';

const SIZES = [16, 64, 256];
const DRAWS = 5;

/** What is compared at every number of examples. */
type Row = 'fitted' | 'fittedUntuned' | 'ours' | 'untuned' | Rival;

/** Figures of a target: AUC per number of examples and draw, and of rankings that need no examples. */
interface Figures {
  perDraw: Record<Row, Judged>;
  zeroShot: number;
  fitted: number;
  activity: number;
  similarity: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    customers: { type: 'string', default: '3000' },
    steps: { type: 'string', default: '240' },
    cache: { type: 'string', default: '.cache/bench' },
    python: { type: 'string', default: 'models/training/.venv/bin/python' },
  },
});
const data = positionals[0] ?? '../shared/data';
if (!existsSync(options.python)) throw new Error(`${options.python} is missing: models/training/setup.sh makes it`);
mkdirSync(options.cache, { recursive: true });
const half = { data, cache: options.cache, customers: Number(options.customers), steps: Number(options.steps) };

const start = performance.now();
const bySet = new Map<string, Figures[]>();
const fits = new Map<string, FitVersion>();
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const { fit, version } = await fitFirstHalf(set, half);
  const { gate, named } = version.verdict!;
  const own: Figures[] = [];
  for await (const prepared of featuresOfSet(set, half, gate > 0 || named.gate > 0 ? fit : undefined))
    own.push(await figuresOf(prepared));
  bySet.set(set, own);
  fits.set(set, version);
  console.error(`${set}: ${own.length} targets, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
print();

async function figuresOf({ shipped, fitted }: Prepared): Promise<Figures> {
  const draws: Draws = Object.fromEntries(
    SIZES.map((size) => [size, Array.from({ length: DRAWS }, (_, draw) => drawExamples(shipped, size, draw))]),
  );
  // The rivals run on the other core meanwhile.
  const theirs = rivals(shipped, draws, options.python);
  const { tuned, untuned } = ours(shipped, draws);
  const after = fitted && ours(fitted, draws);
  const all = (features: TargetFeatures, scores: Float64Array): number => judge(features, scores, []);
  const zeroShot = all(shipped, shipped.gathered.scores);
  return {
    perDraw: {
      fitted: after?.tuned ?? tuned,
      fittedUntuned: after?.untuned ?? untuned,
      ours: tuned,
      untuned,
      ...(await theirs),
    },
    zeroShot,
    fitted: fitted ? all(fitted, fitted.gathered.scores) : zeroShot,
    activity: all(shipped, ofRows(shipped, shipped.activity)),
    similarity: Math.max(
      all(shipped, ofRows(shipped, shipped.meanSimilarity)),
      all(shipped, ofRows(shipped, shipped.top3)),
    ),
  };
}

/** Numbers per customer as numbers per row of what was gathered. */
function ofRows({ gathered }: TargetFeatures, values: Float64Array): Float64Array {
  const result = new Float64Array(gathered.scores.length);
  gathered.examples.forEach((row, customer) => (result[row] = values[customer]!));
  return result;
}

/** Mean over the targets of each set, then over sets. */
function overSets(of: (figures: Figures) => number): number {
  return average([...bySet.values()].map((own) => average(own.map(of))));
}

function print(): void {
  const targets = [...bySet.values()].reduce((sum, own) => sum + own.length, 0);
  const mean = (of: (figures: Figures) => number): string => overSets(of).toFixed(3);
  const none = ' – |'.repeat(SIZES.length);
  console.log(
    `# Fitted without labels, and tuned by K labels: AUC, mean over ${bySet.size} sets (${targets} targets)\n`,
  );
  console.log(
    `At most ${options.customers} customers of each half of a set, all in one workspace; ${options.steps} steps of fit on the first. Asked, tuned and`,
  );
  console.log(
    `scored on the second, without the rows that give the target away. Half of the examples positive where possible,`,
  );
  console.log(`${DRAWS} draws, in brackets the standard deviation over draws.`);
  console.log(`Each set scored by a model that was not trained on it.\n`);
  console.log(`| | zero-shot | fitted, no labels | ${SIZES.map((size) => `K=${size}`).join(' | ')} |`);
  console.log(`|---|---|---|${'---|'.repeat(SIZES.length)}`);
  console.log(`| ours, tuned after fit | – | ${mean((one) => one.fitted)} | ${cells('fitted')} |`);
  console.log(`| ours, tuned without fit | ${mean((one) => one.zeroShot)} | – | ${cells('ours')} |`);
  console.log(`| activity count | ${mean((one) => one.activity)} | – |${none}`);
  console.log(`| best text similarity | ${mean((one) => one.similarity)} | – |${none}`);
  console.log(`| logistic regression on raw features | – | – | ${cells('logistic')} |`);
  console.log(`| gradient boosting on raw features | – | – | ${cells('boosting')} |`);
  console.log(`| logistic regression on MiniLM means | – | – | ${cells('text')} |`);
  printFits();
  printSets();
}

/** A row's AUC per number of examples: mean over sets, and how much that mean differs between draws. */
function cells(row: Row): string {
  return SIZES.map((size) => {
    const draws = Array.from({ length: DRAWS }, (_, draw) => overSets(({ perDraw }) => perDraw[row][size]![draw]!));
    const mean = average(draws);
    const spread = Math.sqrt(average(draws.map((value) => (value - mean) ** 2)));
    return `${mean.toFixed(3)} (${spread.toFixed(3)})`;
  }).join(' | ');
}

/** Per set: what the fit changed, beside the simple rankings and what held-back customers said of it. */
function printFits(): void {
  console.log('\n# Fitted without labels, per set\n');
  console.log(
    '| set | targets | zero-shot | fitted | activity | best similarity | gates | held-back: shipped → fitted |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  let ahead = 0;
  for (const [set, own] of bySet) {
    const { zeroShot, fitted, activity, similarity } = meansOf(own);
    if (fitted >= Math.max(activity, similarity)) ahead++;
    const { auc, gate, named } = fits.get(set)!.verdict!;
    const held = `${auc[0]!.toFixed(3)} → ${Math.max(...auc).toFixed(3)}`;
    const some = [zeroShot, fitted, activity, similarity].map((value) => value.toFixed(3));
    console.log(`| ${set} | ${own.length} | ${some.join(' | ')} | ${gate}, ${named.gate} | ${held} |`);
  }
  console.log(`\nFitted at least both simple rankings on ${ahead} of ${bySet.size} sets.`);
}

function meansOf(own: readonly Figures[]): Record<'zeroShot' | 'fitted' | 'activity' | 'similarity', number> {
  const of = (name: 'zeroShot' | 'fitted' | 'activity' | 'similarity'): number => average(own.map((one) => one[name]));
  return { zeroShot: of('zeroShot'), fitted: of('fitted'), activity: of('activity'), similarity: of('similarity') };
}

/** Per set: tuned after and without fit, each with its change against its own starting point, and the best rival. */
function printSets(): void {
  console.log('\n# Tuned, per set: after fit (change against untuned), without fit (change), best rival\n');
  console.log(`| set | ${SIZES.map((size) => `K=${size}`).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(SIZES.length)}`);
  const changes: number[] = [];
  for (const [set, own] of bySet) {
    const mean = (row: Row, size: number): number => average(own.map(({ perDraw }) => average(perDraw[row][size]!)));
    const some = SIZES.map((size) => {
      const changed = (tuned: Row, start: Row): string => {
        const change = mean(tuned, size) - mean(start, size);
        changes.push(change);
        return `${mean(tuned, size).toFixed(3)} (${signed(change)})`;
      };
      const rival = Math.max(...RIVALS.map((name) => mean(name, size)));
      return `${changed('fitted', 'fittedUntuned')}, ${changed('ours', 'untuned')}, ${rival.toFixed(3)}`;
    });
    console.log(`| ${set} | ${some.join(' | ')} |`);
  }
  console.log(`\nWorst change of a set by tuning: ${signed(Math.min(...changes))}.`);
}

function signed(change: number): string {
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(3)}`;
}
