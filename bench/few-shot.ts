// Few-shot tuning beside its rivals: `npx tsx bench/few-shot.ts DATA CACHE [--sets a,b] [--targets N] [--customers N]`.
// Every set is cut to N customers (seeded by a hash of the id), the rows that give the target away are hidden as
// targets.json says, and K labelled customers tune the instruction; AUC on all other customers, mean of five draws.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { compose } from '../electron/composition.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import { auc } from '../electron/services/evaluate/metrics.js';
import type { Hide } from '../electron/services/index/hide.js';
import type { FileKind } from '../electron/services/import/sources.js';
import { prepareScorer } from '../electron/services/rank/score.js';
import { unattended } from '../electron/services/task.js';
import { makeDesign, type Gathered } from '../electron/services/tune/design.js';
import { baseSample, gather } from '../electron/services/tune/gather.js';
import { stringsAlone, tuned } from './few-shot-models.js';
import { scoresOf } from '../electron/services/tune/linear.js';
import { subDesign } from '../electron/services/tune/products.js';

interface Target {
  set: string;
  label: string;
  instruction: string;
  answer: string;
  hide: Hide[];
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    targets: { type: 'string', default: '2' },
    customers: { type: 'string', default: '2500' },
  },
});
const [data, cache] = positionals;
if (!data || !cache) throw new Error('usage: few-shot.ts DATA CACHE [--sets a,b] [--targets N] [--customers N]');
const SIZES = [16, 64, 256];
const DRAWS = 5;
const rank = (text: string): number => parseInt(createHash('sha256').update(text).digest('hex').slice(0, 12), 16);

const sets = JSON.parse(readFileSync('bench/sets.json', 'utf8')) as Record<string, [FileKind, string][]>;
const targets = JSON.parse(readFileSync('bench/targets.json', 'utf8')) as Target[];
mkdirSync(cache, { recursive: true });
const table: number[][] = [];
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const chosen = targets.filter((target) => target.set === set).slice(0, Number(options.targets));
  const rows: number[][] = [];
  for (const target of chosen) rows.push(await runTarget(set, target));
  const mean = rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
  table.push(mean);
  print(`= ${set}`, mean);
}
print(
  '= mean over sets',
  table[0]!.map((_, column) => table.reduce((sum, row) => sum + row[column]!, 0) / table.length),
);

function print(name: string, figures: number[]): void {
  const cells = SIZES.map(
    (size, at) =>
      `K=${size} tuned ${figures[1 + 3 * at]!.toFixed(3)} in use ${figures[2 + 3 * at]!.toFixed(3)} strings ${figures[3 + 3 * at]!.toFixed(3)}`,
  );
  console.log(`${name.padEnd(48)} untuned ${figures[0]!.toFixed(3)} | ${cells.join(' | ')}`);
}

/** Untuned AUC, then for every K: tuned, tuned unless cross-validation speaks against it, and the rival. */
async function runTarget(set: string, target: Target): Promise<number[]> {
  const { gathered, ids } = await gatheredOf(set, target);
  const labelFile = sets[set]!.find(([kind]) => kind === 'labels')![1];
  const labels = (await readLabels(join(data!, set, labelFile), target.label)).values;
  const labelled = ids.flatMap((id, at) => (labels.has(id) ? [at] : []));
  const answer = (at: number): 0 | 1 => labels.get(ids[at]!)!;
  const design = makeDesign(gathered);
  const scored = gathered.scores.slice(gathered.sampled);
  const judge = (scores: Float64Array, examples: readonly number[]): number => {
    const used = new Set(examples);
    const rest = labelled.filter((at) => !used.has(at));
    return auc(
      Float64Array.from(rest, (at) => scores[at]!),
      Uint8Array.from(rest, answer),
    ).value;
  };
  const figures = [judge(scored, [])];
  for (const size of SIZES) {
    const sums = [0, 0, 0];
    for (let draw = 0; draw < DRAWS; draw++) {
      const examples = drawExamples(labelled, answer, ids, size, draw);
      const answers = examples.map(answer);
      const part = subDesign(design, examples);
      const { linear, inUse, note } = tuned(part, answers);
      const taught = judge(scoresOf(linear, gathered).slice(gathered.sampled), examples);
      const untuned = judge(scored, examples);
      sums[0]! += taught / DRAWS;
      sums[1]! += (inUse ? taught : untuned) / DRAWS;
      sums[2]! += judge(scoresOf(stringsAlone(part, answers), gathered).slice(gathered.sampled), examples) / DRAWS;
      if (process.env['VERBOSE'])
        console.log(`   K=${size} draw ${draw} untuned ${untuned.toFixed(3)} tuned ${taught.toFixed(3)} ${note}`);
    }
    figures.push(...sums);
  }
  print(`${set} ${target.label}`, figures);
  return figures;
}

/** Half positives where there are enough, drawn by a seeded hash of the ids. */
function drawExamples(
  labelled: readonly number[],
  answer: (at: number) => 0 | 1,
  ids: readonly string[],
  size: number,
  draw: number,
): number[] {
  const order = [...labelled].sort((a, b) => rank(`${draw} ${ids[a]!}`) - rank(`${draw} ${ids[b]!}`));
  const positives = order.filter((at) => answer(at) === 1);
  const some = positives.slice(0, Math.min(size / 2, Math.floor(positives.length / 2)));
  return [...some, ...order.filter((at) => answer(at) === 0).slice(0, size - some.length)];
}

/** What the tuning sees of all customers of a set for a target. */
async function gatheredOf(set: string, target: Target): Promise<{ gathered: Gathered; ids: string[] }> {
  const kept = join(cache!, `${set}.${options.customers}.${target.label}.gathered`);
  if (existsSync(kept)) return deserialize(readFileSync(kept)) as { gathered: Gathered; ids: string[] };
  const services = await compose(join(cache!, `${set}.${options.customers}.${hidesKey(target)}.instructue`), {
    create: true,
  });
  try {
    const inputs = sets[set]!.filter(([kind]) => kind !== 'labels');
    await services.importFiles(inputs.map(([kind, file]) => ({ kind, path: cut(set, file) })));
    await services.prepare({ hides: target.hide });
    const engine = await services.engine();
    const scorer = await prepareScorer(services.workspace, engine, {
      instruction: target.instruction,
      answer: target.answer,
    });
    const rows = await services.workspace.all<{ user_id: string }>('SELECT user_id FROM customers ORDER BY customer');
    const ids = rows.map((row) => row.user_id);
    const gathered = await gather(
      services.workspace,
      engine,
      scorer,
      { base: baseSample(ids.length), chosen: ids.map((_, at) => at) },
      unattended,
    );
    writeFileSync(kept, serialize({ gathered, ids }));
    return { gathered, ids };
  } finally {
    services.close();
  }
}

function hidesKey(target: Target): string {
  return rank(JSON.stringify(target.hide)).toString(36).slice(0, 6);
}

/** A copy of the file with the set's chosen customers only. */
function cut(set: string, file: string): string {
  const path = join(cache!, `${set}.${options.customers}.${file}`, file);
  if (existsSync(path)) return path;
  mkdirSync(join(path, '..'), { recursive: true });
  const labelFile = sets[set]!.find(([kind]) => kind === 'labels')![1];
  const lines = readFileSync(join(data!, set, labelFile), 'utf8').split('\n');
  const ids = [...new Set(lines.slice(1).map((line) => line.split(',')[0]!))].filter((id) => id !== '');
  const chosen = new Set(ids.sort((a, b) => rank(a) - rank(b)).slice(0, Number(options.customers)));
  const [header, ...rest] = readFileSync(join(data!, set, file), 'utf8').split('\n');
  writeFileSync(path, [header, ...rest.filter((line) => line.split(',').some((cell) => chosen.has(cell)))].join('\n'));
  return path;
}
