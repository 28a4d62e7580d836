// `npm run -s cli -- bench deletion [DATA] [--sets a,b] [--targets N] [--customers N] [--judged N]`: whether the events that
// `explain` names carry the score. Three events are taken from a customer at once and the customer is scored anew: the
// three whose leave-one-out effect is largest, and three drawn at random from all of the customer's events (seeded).
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compose, type Services } from '../electron/composition.js';
import { scoresWithout } from '../electron/services/explain/leave-out.js';
import { readyRanking } from '../electron/services/explain/ready-ranking.js';
import { readCustomers } from '../electron/services/index/read-index.js';
import { cutSet, sets, targets, unseenModel, type Target } from './benchmark-set.js';

const NAMED = 3;
/** Random draws of each customer. */
const DRAWS = 10;

/** What was found for the customers of one target, or of several. */
interface Judged {
  customers: number;
  /** Customers for whom the named events lower the score more than the random ones do on average. */
  beaten: number;
  /** Draws that lower it less than the named events, and as much. */
  drawsBelow: number;
  drawsEqual: number;
  /** Sums over customers. */
  named: number;
  random: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    targets: { type: 'string', default: '3' },
    customers: { type: 'string', default: '2000' },
    judged: { type: 'string', default: '200' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const data = positionals[0] ?? '../shared/data';
mkdirSync(options.cache, { recursive: true });

console.log(
  `# Deletion test, up to ${options.judged} customers with more than ${NAMED} events for each of up to ${options.targets} instructions of a set\n`,
);
console.log(
  '| set | instructions | customers | named events lower the score more than random ones on average | single draws: less / as much | mean loss: named | random | ratio |',
);
console.log('|---|---|---|---|---|---|---|---|');
const all: Judged[] = [];
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const services = await openSet(set);
  try {
    const judged: Judged[] = [];
    for (const target of chosenTargets(set)) judged.push(await judgeTarget(services, target));
    all.push(...judged);
    console.log(row(set, judged));
  } finally {
    services.close();
  }
}
console.log(row('**all**', all));

/** Evenly spaced over the set's targets, so that not only its first kind is seen. */
function chosenTargets(set: string): Target[] {
  const own = targets.filter((target) => target.set === set);
  const count = Math.min(own.length, Number(options.targets));
  return Array.from({ length: count }, (_, i) => own[Math.floor((i * own.length) / count)]!);
}

async function openSet(set: string): Promise<Services> {
  const path = join(options.cache, `${set}.deletion.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true, models: unseenModel(set, options.cache) });
  await services.importFiles(await cutSet(data, set, Number(options.customers), options.cache));
  return services;
}

async function judgeTarget(services: Services, { instruction, answer, hide }: Target): Promise<Judged> {
  const { rankingId } = await services.rank({ instruction, answer }, { hides: hide });
  const engine = await services.engine();
  const { workspace } = services;
  const ranking = await readyRanking(workspace, engine, rankingId);
  const judged: Judged = { customers: 0, beaten: 0, drawsBelow: 0, drawsEqual: 0, named: 0, random: 0 };
  for (const { customer, userId } of await customersToJudge(services)) {
    const { events: block } = await readCustomers(workspace, [customer], 0);
    const count = block.start[1]!;
    const single = Array.from({ length: count }, (_, event) => [event]);
    const left = await scoresWithout(engine, ranking, block, 0, [[], ...single]);
    const score = left[0]!;
    const named = [...left.subarray(1).keys()].sort((a, b) => left[1 + a]! - left[1 + b]!).slice(0, NAMED);
    const draws = Array.from({ length: DRAWS }, (_, draw) => drawn(`${userId} ${draw}`, count));
    const together = await scoresWithout(engine, ranking, block, 0, [named, ...draws]);
    const [loss, ...losses] = Array.from(together, (without) => score - without);
    const random = losses.reduce((sum, one) => sum + one, 0) / DRAWS;
    judged.customers++;
    if (loss! > random) judged.beaten++;
    judged.drawsBelow += losses.filter((one) => one < loss!).length / DRAWS;
    judged.drawsEqual += losses.filter((one) => one === loss!).length / DRAWS;
    judged.named += loss!;
    judged.random += random;
  }
  return judged;
}

/** Customers in the order of a hash of their ids, so that every machine judges the same. */
async function customersToJudge({ workspace }: Services): Promise<{ customer: number; userId: string }[]> {
  return workspace.all<{ customer: number; userId: string }>(
    `SELECT customer, user_id AS "userId" FROM customers
     WHERE customer IN (SELECT customer FROM events GROUP BY customer HAVING count(*) > ${NAMED})
     ORDER BY md5(user_id), user_id LIMIT ${Number(options.judged)}`,
  );
}

/** Three of the positions 0 .. count - 1, those with the smallest hashes. */
function drawn(seed: string, count: number): number[] {
  const hash = (event: number): string => createHash('sha256').update(`${seed} ${event}`).digest('hex');
  const order = Array.from({ length: count }, (_, event) => ({ event, key: hash(event) }));
  return order
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, NAMED)
    .map(({ event }) => event);
}

function row(name: string, judged: readonly Judged[]): string {
  const sum = (key: keyof Judged): number => judged.reduce((total, one) => total + one[key], 0);
  const customers = sum('customers');
  const percent = (count: number): string => `${((100 * count) / customers).toFixed(1)} %`;
  const [named, random] = [sum('named') / customers, sum('random') / customers];
  const cells = [
    name,
    judged.length,
    customers,
    percent(sum('beaten')),
    `${percent(sum('drawsBelow'))} / ${percent(sum('drawsEqual'))}`,
    named.toFixed(4),
    random.toFixed(4),
    random > 0 ? (named / random).toFixed(1) : '–',
  ];
  return `| ${cells.join(' | ')} |`;
}
