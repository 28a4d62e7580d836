// `npx tsx bench/fitted.ts [DATA] [--steps N] [--customers N] [--sets a,b]`: what "learn from my customers" is worth.
// One half of a set's customers is learned from, without labels; the other half is ranked, its rows that give the target
// away hidden, by the model as it ships and by the fitted one. The shipped weights have not seen the set (models/folds).
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compose, type Services } from '../electron/composition.js';
import { activityRanking } from '../electron/services/evaluate/activity.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import { auc } from '../electron/services/evaluate/metrics.js';
import { chosenFit, type FitVersion, type StoredFit } from '../electron/services/fit/fit-store.js';
import { rankInstruction } from '../electron/services/rank/rank.js';
import { cutSet, labelFile, sets, targets, unseenModel, type Target } from './benchmark-set.js';
import { average, similarityRankings } from './text-similarity.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    customers: { type: 'string', default: '3000' },
    steps: { type: 'string', default: '160' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const data = positionals[0] ?? '../shared/data';
const { cache } = options;
mkdirSync(cache, { recursive: true });

/** AUC of one question. */
interface Figures {
  shipped: number;
  fitted: number;
  activity: number;
  similarity: number;
}

console.log(`# Fitted without labels in ${options.steps} steps, ${options.customers} customers of a half at most\n`);
console.log(
  '| set | targets | zero-shot | fitted | activity | best similarity | gate | held-back: shipped → fitted | steps |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
const perSet: Figures[] = [];
for (const set of options.sets?.split(',') ?? Object.keys(sets)) perSet.push(await runSet(set));
const overall = meanOf(perSet);
console.log(`| **mean over sets** | ${targets.length} | ${cells(overall)} | | | |`);
const ahead = perSet.filter(({ fitted, activity, similarity }) => fitted >= Math.max(activity, similarity)).length;
console.log(`\nFitted at least the better simple ranking on ${ahead} of ${perSet.length} sets.`);

async function runSet(set: string): Promise<Figures> {
  const { fit, version } = await fitHalf(set);
  const services = await openHalf(set, 1);
  try {
    const figures: Figures[] = [];
    const chosen = targets.filter((target) => target.set === set);
    for (const target of chosen.sort((a, b) => key(a).localeCompare(key(b))))
      figures.push(await score(services, target, fit));
    const mean = meanOf(figures);
    const { auc: judged, gate } = version.verdict!;
    const held = `${judged[0]!.toFixed(3)} → ${Math.max(...judged).toFixed(3)}`;
    console.log(`| ${set} | ${chosen.length} | ${cells(mean)} | ${gate} | ${held} | ${version.step} |`);
    return mean;
  } finally {
    services.close();
  }
}

/** Learns from the first half of a set's customers, nothing hidden. */
async function fitHalf(set: string): Promise<{ fit: StoredFit; version: FitVersion }> {
  const services = await openHalf(set, 0);
  try {
    const version = await services.fit({ steps: Number(options.steps), device: 'cpu' });
    const { model } = await services.engine('cpu');
    return { fit: (await chosenFit(services.workspace, version.id, model.hash))!, version };
  } finally {
    services.close();
  }
}

async function openHalf(set: string, half: 0 | 1): Promise<Services> {
  const path = join(cache, `${set}.half${half}.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true, models: unseenModel(set, cache) });
  await services.importFiles(await cutSet(data, set, Number(options.customers), cache, half));
  return services;
}

function key({ hide }: Target): string {
  return JSON.stringify(hide);
}

async function score(services: Services, target: Target, fit: StoredFit): Promise<Figures> {
  const { workspace } = services;
  const { values: truth } = await readLabels(join(data, target.set, labelFile(target.set)), target.label);
  await services.derive(target.hide);
  await services.prepare({ device: 'cpu' });
  const engine = await services.engine('cpu');
  const question = { instruction: target.instruction, answer: target.answer };
  const shipped = await rankInstruction(workspace, engine, question);
  const fitted = await rankInstruction(workspace, engine.fitted(fit.learned, fit.hash), question);
  const rows = await workspace.all<{ customer: number; user_id: string; shipped: number; fitted: number }>(
    `SELECT c.customer, c.user_id, a.score AS shipped, b.score AS fitted FROM customers c
     JOIN ranking_scores a ON a.customer = c.customer AND a.ranking_id = ${shipped.rankingId}
     JOIN ranking_scores b ON b.customer = c.customer AND b.ranking_id = ${fitted.rankingId}
     WHERE c.customer IN (SELECT customer FROM events) ORDER BY c.customer`,
  );
  const known = rows.filter(({ user_id }) => truth.has(user_id));
  const labels = Uint8Array.from(known, ({ user_id }) => truth.get(user_id)!);
  const of = (value: (row: (typeof rows)[number]) => number): number =>
    auc(Float64Array.from(known, value), labels).value;
  const activity = new Map((await activityRanking(workspace)).map((scored) => [scored.user_id, scored.score]));
  const similar = await similarityRankings(workspace, engine, question.instruction);
  const figures = {
    shipped: of((row) => row.shipped),
    fitted: of((row) => row.fitted),
    activity: of(({ user_id }) => activity.get(user_id) ?? 0),
    similarity: Math.max(
      of(({ customer }) => similar.mean[customer]!),
      of(({ customer }) => similar.top3[customer]!),
    ),
  };
  console.error(target.label, JSON.stringify(figures));
  return figures;
}

function meanOf(figures: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number => average(figures.map((one) => one[name]));
  return { shipped: of('shipped'), fitted: of('fitted'), activity: of('activity'), similarity: of('similarity') };
}

function cells({ shipped, fitted, activity, similarity }: Figures): string {
  return [shipped, fitted, activity, similarity].map((value) => value.toFixed(3)).join(' | ');
}
