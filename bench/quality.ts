// `npm run -s cli -- bench quality [DATA] [--customers N] [--sets a,b]`: zero-shot AUC and KS per set, beside the activity
// count and the best text similarity; instruction-awareness. Labels only score.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { compose, type Services } from '../electron/composition.js';
import { activityRanking } from '../electron/services/evaluate/activity.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import { Z95 } from '../electron/services/evaluate/intervals.js';
import { measureRanking } from '../electron/services/evaluate/metrics.js';
import type { Hide } from '../electron/services/index/hide.js';
import { awareness, cutSet, labelFile, sets, targets, unseenModel, type Target } from './benchmark-set.js';
import { average, similarityRankings } from './text-similarity.js';

/** Figures of one question: AUC of ours and of the simple rankings, KS of ours. */
interface Figures {
  ours: number;
  ks: number;
  activity: number;
  mean: number;
  top3: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    customers: { type: 'string', default: '4000' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const data = positionals[0] ?? '../shared/data';
const customers = Number(options.customers);
const cache = options.cache;
mkdirSync(cache, { recursive: true });

const perSet: { set: string; figures: Figures }[] = [];
const perKind = new Map<string, Figures[]>();
console.log(
  `# Zero-shot, ${customers} customers of a set at most, each set scored by a model that was not trained on it\n`,
);
console.log(
  '| set | targets | ours AUC | ours KS | activity count | mean similarity | top-3 similarity | at least the better (0.01) |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const services = await openSet(set);
  try {
    const chosen = targets
      .filter((target) => target.set === set)
      .sort((a, b) => key(a.hide).localeCompare(key(b.hide)));
    const figures: Figures[] = [];
    for (const target of chosen) figures.push(await scoreTarget(services, target));
    const mean = meanOf(figures);
    perSet.push({ set, figures: mean });
    console.log(row(set, chosen.length, mean));
    await scoreAwareness(services, set);
  } finally {
    services.close();
  }
}
const overall = meanOf(perSet.map(({ figures }) => figures));
console.log(row('**mean over sets**', targets.length, overall));
console.log(
  `\nAt least the better simple ranking (within 0.01) on ${perSet.filter(({ figures }) => holds(figures)).length} of ${perSet.length} sets.`,
);
console.log(leadOf(perSet.map(({ figures }) => figures)));
console.log('\n# Instruction-awareness: hand-written instructions with answers known from the data, mean AUC\n');
console.log('| kind | questions | ours | mean similarity | top-3 similarity |\n|---|---|---|---|---|');
for (const [kind, figures] of perKind) {
  const { ours, mean, top3 } = meanOf(figures);
  console.log(`| ${kind} | ${figures.length} | ${[ours, mean, top3].map((x) => x.toFixed(3)).join(' | ')} |`);
}

async function openSet(set: string): Promise<Services> {
  const path = join(cache, `${set}.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true, models: unseenModel(set, cache) });
  await services.importFiles(await cutSet(data, set, customers, cache));
  return services;
}

function key(hide: Hide[]): string {
  return JSON.stringify(hide);
}

async function scoreTarget(services: Services, target: Target): Promise<Figures> {
  const { values } = await readLabels(join(data, target.set, labelFile(target.set)), target.label);
  return score(services, target, target.hide, values);
}

/** Ranks and compares with the truth; customers without any row left after hiding are not counted. */
async function score(
  services: Services,
  question: { instruction: string; answer: string },
  hides: Hide[],
  truth: Map<string, 0 | 1>,
): Promise<Figures> {
  const { rankingId } = await services.rank({ instruction: question.instruction, answer: question.answer }, { hides });
  const { workspace } = services;
  const rows = await workspace.all<{ customer: number; user_id: string; score: number }>(
    `SELECT c.customer, c.user_id, s.score FROM ranking_scores s JOIN customers c USING (customer)
     WHERE s.ranking_id = $1 AND c.customer IN (SELECT DISTINCT customer FROM events) ORDER BY c.customer`,
    [rankingId],
  );
  const known = rows.filter(({ user_id }) => truth.has(user_id));
  const labels = Uint8Array.from(known, ({ user_id }) => truth.get(user_id)!);
  const activity = new Map((await activityRanking(workspace)).map((scored) => [scored.user_id, scored.score]));
  const similar = await similarityRankings(workspace, await services.engine(), question.instruction);
  const auc = (value: (row: (typeof rows)[number]) => number): number =>
    measureRanking(Float64Array.from(known, value), labels).auc.value;
  return {
    ours: auc(({ score: own }) => own),
    ks: measureRanking(
      Float64Array.from(known, ({ score: own }) => own),
      labels,
    ).ks,
    activity: auc(({ user_id }) => activity.get(user_id) ?? 0),
    mean: auc(({ customer }) => similar.mean[customer]!),
    top3: auc(({ customer }) => similar.top3[customer]!),
  };
}

async function scoreAwareness(services: Services, set: string): Promise<void> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  for (const question of awareness.filter((one) => one.set === set)) {
    const reader = await connection.runAndReadAll(question.truth.replaceAll('{dir}', join(data, set)));
    const truth = new Map(reader.getRows().map(([id, value]) => [String(id), Number(value) as 0 | 1]));
    perKind.set(question.kind, [...(perKind.get(question.kind) ?? []), await score(services, question, [], truth)]);
  }
  connection.closeSync();
}

function meanOf(figures: Figures[]): Figures {
  const of = (name: keyof Figures): number => average(figures.map((one) => one[name]));
  return { ours: of('ours'), ks: of('ks'), activity: of('activity'), mean: of('mean'), top3: of('top3') };
}

/** How far ours is ahead of the better of the simple rankings on the mean set, with a 95 % interval over sets (normal). */
function leadOf(figures: readonly Figures[]): string {
  const ahead = figures.map(({ ours, activity, mean, top3 }) => ours - Math.max(activity, mean, top3));
  const lead = average(ahead);
  const error = Math.sqrt(average(ahead.map((one) => (one - lead) ** 2)) / Math.max(1, ahead.length - 1));
  const [low, high] = [lead - Z95 * error, lead + Z95 * error];
  return `Ahead of the better one by ${lead.toFixed(3)} on the mean set, 95 % interval [${low.toFixed(3)}, ${high.toFixed(3)}] over sets.`;
}

function holds({ ours, activity, mean, top3 }: Figures): boolean {
  return ours >= Math.max(activity, mean, top3) - 0.01;
}

function row(name: string, count: number, figures: Figures): string {
  const cells = [figures.ours, figures.ks, figures.activity, figures.mean, figures.top3].map((x) => x.toFixed(3));
  return `| ${name} | ${count} | ${cells.join(' | ')} | ${holds(figures) ? 'yes' : 'no'} |`;
}
