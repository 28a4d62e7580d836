// `npx tsx bench/noise.ts [DATA] [--events N] [--customers N] [--sets a,b]`: what unrelated events cost. Every customer of a
// set gets N searches for items of another set; AUC of the set's targets before and after, beside the similarity rankings.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compose, type Services } from '../electron/composition.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import { auc } from '../electron/services/evaluate/metrics.js';
import { cutSet, labelFile, sets, targets, unseenModel, type Target } from './benchmark-set.js';
import { average, similarityRankings } from './text-similarity.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    customers: { type: 'string', default: '2000' },
    events: { type: 'string', default: '5' },
    targets: { type: 'string', default: '2' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const data = positionals[0] ?? '../shared/data';
const events = Number(options.events);
mkdirSync(options.cache, { recursive: true });

/** Mean AUC over a set's targets. */
interface Figures {
  ours: number;
  mean: number;
  top3: number;
}

const names = options.sets?.split(',') ?? Object.keys(sets);
console.log(`# ${events} unrelated searches added to every customer: AUC before → after\n`);
console.log('| set | ours | mean similarity | top-3 similarity |\n|---|---|---|---|');
const losses: Figures[] = [];
for (const set of names) {
  const before = await measure(set, false);
  const after = await measure(set, true);
  const cell = (name: keyof Figures): string => `${before[name].toFixed(3)} → ${after[name].toFixed(3)}`;
  console.log(`| ${set} | ${cell('ours')} | ${cell('mean')} | ${cell('top3')} |`);
  losses.push({ ours: before.ours - after.ours, mean: before.mean - after.mean, top3: before.top3 - after.top3 });
}
const lost = (name: keyof Figures): string => average(losses.map((loss) => loss[name])).toFixed(3);
console.log(`| **mean loss** | ${lost('ours')} | ${lost('mean')} | ${lost('top3')} |`);

async function measure(set: string, noisy: boolean): Promise<Figures> {
  const path = join(options.cache, `${set}.noise.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true, models: unseenModel(set, options.cache) });
  try {
    const files = await cutSet(data, set, Number(options.customers), options.cache);
    await services.importFiles(files);
    if (noisy) await services.importFiles([{ kind: 'searches', path: await noiseFile(services, set) }]);
    const chosen = targets.filter((target) => target.set === set).slice(0, Number(options.targets));
    const figures: Figures[] = [];
    for (const target of chosen) figures.push(await score(services, target));
    const of = (name: keyof Figures): number => average(figures.map((one) => one[name]));
    return { ours: of('ours'), mean: of('mean'), top3: of('top3') };
  } finally {
    services.close();
  }
}

/** Searches for items of another set: which customer searches for what depends on a hash of the id alone. */
async function noiseFile({ workspace }: Services, set: string): Promise<string> {
  const texts = await itemsOf(set === 'uci_online_retail' ? 'anime5k' : 'uci_online_retail');
  const lines = (await importedIds(workspace)).flatMap((id) =>
    Array.from({ length: events }, (_, k) => `"${id}","${texts[hash(`${id} ${k}`) % texts.length]}"`),
  );
  const path = resolve(options.cache, `${set}.noise.csv`);
  writeFileSync(path, `user_id,query\n${lines.join('\n')}\n`);
  return path;
}

async function importedIds(workspace: Services['workspace']): Promise<string[]> {
  const files = await workspace.all<{ id: number }>('SELECT id FROM source_files');
  const union = files.map(({ id }) => `SELECT user_id FROM rows_${id}`).join(' UNION ');
  const rows = await workspace.all<{ user_id: string }>(`SELECT DISTINCT user_id FROM (${union}) ORDER BY user_id`);
  return rows.map(({ user_id }) => user_id);
}

/** Texts of a set's items, without quotes. */
async function itemsOf(set: string): Promise<string[]> {
  const path = join(options.cache, `${set}.items.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true });
  try {
    await services.importFiles(await cutSet(data, set, 500, options.cache));
    await services.derive();
    const rows = await services.workspace.all<{ text: string }>(
      'SELECT text FROM strings WHERE kind = 0 ORDER BY text',
    );
    return rows.map(({ text }) => text.replaceAll('"', ' '));
  } finally {
    services.close();
  }
}

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}

async function score(services: Services, target: Target): Promise<Figures> {
  const { workspace } = services;
  const { values: truth } = await readLabels(join(data, target.set, labelFile(target.set)), target.label);
  // Deriving first, as hiding nothing means "as last time" to a ranking.
  await services.derive(target.hide);
  const { instruction, answer } = target;
  const { rankingId } = await services.rank({ instruction, answer });
  const rows = await workspace.all<{ customer: number; user_id: string; score: number }>(
    `SELECT customer, user_id, score FROM ranking_scores JOIN customers USING (customer)
     WHERE ranking_id = ${rankingId} ORDER BY customer`,
  );
  const known = rows.filter(({ user_id }) => truth.has(user_id));
  const labels = Uint8Array.from(known, ({ user_id }) => truth.get(user_id)!);
  const similar = await similarityRankings(workspace, await services.engine(), instruction);
  const of = (value: (row: (typeof rows)[number]) => number): number =>
    auc(Float64Array.from(known, value), labels).value;
  return {
    ours: of((row) => row.score),
    mean: of(({ customer }) => similar.mean[customer]!),
    top3: of(({ customer }) => similar.top3[customer]!),
  };
}
