// `npm run -s cli -- bench few-shot [DATA] [--customers N] [--sets a,b] [--cache FOLDER] [--python FILE]`: K labelled
// customers tune each target's instruction; AUC on the customers that were not examples, mean of five draws, beside the
// untuned instruction, the simple rankings and what usual supervised models make of the same labels (rivals.py).
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sets } from './benchmark-set.js';
import { drawExamples, featuresOfSet, type TargetFeatures } from './few-shot-features.js';
import { judge, ours, rivals, RIVALS, type Draws, type Judged, type Rival } from './few-shot-models.js';
import { average } from './text-similarity.js';

const SIZES = [16, 64, 256];
const DRAWS = 5;

/** What is compared at every number of examples. */
type Row = 'ours' | 'untuned' | Rival;

/** Figures of a target: AUC per number of examples and draw, and of rankings that need no examples. */
interface Figures {
  perDraw: Record<Row, Judged>;
  zeroShot: number;
  activity: number;
  similarity: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    customers: { type: 'string', default: '4000' },
    cache: { type: 'string', default: '.cache/bench' },
    python: { type: 'string', default: 'models/training/.venv/bin/python' },
  },
});
const data = positionals[0] ?? '../shared/data';
if (!existsSync(options.python)) throw new Error(`${options.python} is missing: models/training/setup.sh makes it`);

const start = performance.now();
const bySet = new Map<string, Figures[]>();
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const own: Figures[] = [];
  const from = { data, cache: options.cache, customers: Number(options.customers) };
  for await (const features of featuresOfSet(set, from)) own.push(await figuresOf(features));
  bySet.set(set, own);
  console.error(`${set}: ${own.length} targets, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
print();

async function figuresOf(features: TargetFeatures): Promise<Figures> {
  const draws: Draws = Object.fromEntries(
    SIZES.map((size) => [size, Array.from({ length: DRAWS }, (_, draw) => drawExamples(features, size, draw))]),
  );
  // The rivals run on the other core meanwhile.
  const theirs = rivals(features, draws, options.python);
  const { tuned, untuned } = ours(features, draws);
  const all = (scores: Float64Array): number => judge(features, scores, []);
  return {
    perDraw: { ours: tuned, untuned, ...(await theirs) },
    zeroShot: all(features.gathered.scores),
    activity: all(ofRows(features, features.activity)),
    similarity: Math.max(all(ofRows(features, features.meanSimilarity)), all(ofRows(features, features.top3))),
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
  console.log(
    `# Few-shot: AUC on customers that were not examples, mean over ${bySet.size} sets (${targets} targets)\n`,
  );
  console.log(
    `At most ${options.customers} customers of a set, half of the examples positive where possible, ${DRAWS} draws;`,
  );
  console.log(
    `in brackets the standard deviation over draws. Each set scored by a model that was not trained on it.\n`,
  );
  console.log(
    `| | zero-shot | ${SIZES.map((size) => `K=${size}`).join(' | ')} |\n|---|---|${'---|'.repeat(SIZES.length)}`,
  );
  console.log(`| ours, tuned without fit | ${overSets((one) => one.zeroShot).toFixed(3)} | ${cells('ours')} |`);
  console.log(`| activity count | ${overSets((one) => one.activity).toFixed(3)} |${' – |'.repeat(SIZES.length)}`);
  console.log(
    `| best text similarity | ${overSets((one) => one.similarity).toFixed(3)} |${' – |'.repeat(SIZES.length)}`,
  );
  console.log(`| logistic regression on raw features | – | ${cells('logistic')} |`);
  console.log(`| gradient boosting on raw features | – | ${cells('boosting')} |`);
  console.log(`| logistic regression on MiniLM means | – | ${cells('text')} |`);
  printSets();
}

function cells(row: Row): string {
  return SIZES.map((size) => {
    const draws = Array.from({ length: DRAWS }, (_, draw) => overSets(({ perDraw }) => perDraw[row][size]![draw]!));
    const mean = average(draws);
    const spread = Math.sqrt(average(draws.map((value) => (value - mean) ** 2)));
    return `${mean.toFixed(3)} (${spread.toFixed(3)})`;
  }).join(' | ');
}

/** Per set: ours with the change against the untuned instruction on the same customers, and the best rival. */
function printSets(): void {
  console.log('\n# Few-shot per set: ours (against untuned on the same customers), best rival at that K\n');
  console.log(
    `| set | targets | zero-shot | activity | similarity | ${SIZES.map((size) => `K=${size}`).join(' | ')} |`,
  );
  console.log(`|---|---|---|---|---|${'---|'.repeat(SIZES.length)}`);
  const changes: number[] = [];
  for (const [set, own] of bySet) {
    const mean = (row: Row, size: number): number => average(own.map(({ perDraw }) => average(perDraw[row][size]!)));
    const some = SIZES.map((size) => {
      const change = mean('ours', size) - mean('untuned', size);
      changes.push(change);
      const rival = Math.max(...RIVALS.map((name) => mean(name, size)));
      return `${mean('ours', size).toFixed(3)} (${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(3)}), ${rival.toFixed(3)}`;
    });
    const simple = [
      ({ zeroShot }: Figures) => zeroShot,
      (one: Figures) => one.activity,
      (one: Figures) => one.similarity,
    ];
    const left = simple.map((of) => average(own.map(of)).toFixed(3));
    console.log(`| ${set} | ${own.length} | ${[...left, ...some].join(' | ')} |`);
  }
  const worst = Math.min(...changes);
  console.log(`\nWorst change on a set: ${worst < 0 ? '−' : '+'}${Math.abs(worst).toFixed(3)}.`);
}
