// `npx tsx bench/refresh.ts [--customers 100000] [--share 0.01]`: what a refresh costs beside the first run, when a share of
// the customers has changed. Both are counted from the files to a new ranking: import, derive, encode, rank; loading the
// model is left out of both. The customers are real ones (shared data, else the bundled sample), repeated under new ids.
// The new state comes as a whole new version of the file, with the new rows at its end or at its head, so that it begins with
// the earlier content or not, and once as a file with the added rows alone.
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { compose } from '../electron/composition.js';
import type { ImportRequest } from '../electron/services/import/import.js';
import { readQuestion } from '../electron/services/rank/question.js';

const { values: options } = parseArgs({
  options: {
    customers: { type: 'string', default: '100000' },
    share: { type: 'string', default: '0.01' },
    cache: { type: 'string', default: '.cache/refresh' },
  },
});
const INSTRUCTION = 'customers who would buy garden furniture next month';
const STAGES = ['import', 'derive', 'encode', 'rank'] as const;

/** Seconds of every stage, and how many customers were derived and encoded. */
interface Run {
  seconds: Record<(typeof STAGES)[number], number>;
  derived: number;
  encoded: number;
}

const shared = '../shared/data/uci_online_retail';
const [purchases, profile] = existsSync(shared)
  ? [readLines(join(shared, 'transactions.csv')), readLines(join(shared, 'profile.csv'))]
  : [readLines('sample/transactions.csv.gz'), readLines('sample/profile.csv.gz')];
rmSync(options.cache, { recursive: true, force: true });
mkdirSync(options.cache, { recursive: true });
const at = (name: string): string => join(options.cache, name);

const copies = Math.ceil(Number(options.customers) / (profile.length - 1));
const added = changedCustomers();
write(at('purchases.csv'), copies);
write(at('profile.csv'), copies, {}, profile);
write(at('purchases-longer.csv'), copies, { after: added });
write(at('purchases-other.csv'), copies, { before: added });
write(at('purchases-added.csv'), 0, { after: added });

const first = await run('first.instructue', [
  { kind: 'purchases', path: at('purchases.csv') },
  { kind: 'profile', path: at('profile.csv') },
]);
const longer = await refresh('longer.instructue', 'purchases-longer.csv', 'replacement');
const other = await refresh('other.instructue', 'purchases-other.csv', 'replacement');
const grown = await refresh('grown.instructue', 'purchases-added.csv', 'addition');
report();

function readLines(path: string): string[] {
  const content = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8').trimEnd().split('\n');
}

/** One more purchase, of something that somebody else bought, for the share of customers that change. */
function changedCustomers(): string[] {
  const users = profile.slice(1).map((line) => line.split(',', 1)[0]!);
  const wanted = Math.round(Number(options.share) * users.length * copies);
  const every = Math.floor((users.length * copies) / wanted);
  return Array.from({ length: wanted }, (_, i) => {
    const customer = i * every;
    const row = purchases[purchases.length - 1 - ((i * 37) % 1000)]!;
    const user = `${users[customer % users.length]}_${Math.floor(customer / users.length)}`;
    return `${user}${row.slice(row.indexOf(','))}`;
  });
}

/** Writes `before`, the lines under new ids as often as asked for, then `after`. */
function write(
  path: string,
  times: number,
  { before = [], after = [] }: { before?: string[]; after?: string[] } = {},
  [header, ...lines] = purchases,
): void {
  const file = openSync(path, 'w');
  const put = (some: readonly string[]): void => void (some.length > 0 && writeSync(file, `${some.join('\n')}\n`));
  put([header!, ...before]);
  for (let copy = 0; copy < times; copy++) put(lines.map((line) => line.replace(',', `_${copy},`)));
  put(after);
  closeSync(file);
}

function refresh(name: string, file: string, as: 'replacement' | 'addition'): Promise<Run> {
  copyFileSync(at('first.instructue'), at(name));
  return run(name, [{ kind: 'purchases', path: at(file), earlier: { fileId: 1, as } }]);
}

async function run(name: string, requests: ImportRequest[]): Promise<Run> {
  const services = await compose(at(name), { create: true });
  // Graphs and tokenizers are loaded when they are first needed: a question that nobody is ranked by needs them.
  await readQuestion(await services.engine('cpu'), { instruction: INSTRUCTION });
  const start = performance.now();
  await services.importFiles(requests);
  const imported = performance.now();
  const derived = await services.derive();
  const ready = performance.now();
  const { encoded } = await services.prepare({ device: 'cpu' });
  const indexed = performance.now();
  await services.rank({ instruction: INSTRUCTION }, { device: 'cpu' });
  const ranked = performance.now();
  services.close();
  const [atImport, atDerive, atEncode, atRank] = [
    imported - start,
    ready - imported,
    indexed - ready,
    ranked - indexed,
  ];
  return {
    seconds: { import: atImport / 1000, derive: atDerive / 1000, encode: atEncode / 1000, rank: atRank / 1000 },
    derived: derived.changed,
    encoded: encoded.encoded,
  };
}

function report(): void {
  const runs = [first, longer, other, grown];
  const total = ({ seconds }: Run): number => STAGES.reduce((sum, stage) => sum + seconds[stage], 0);
  const line = (name: string, cell: (run: Run) => string): void =>
    console.log(`| ${[name, ...runs.map(cell)].join(' | ')} |`);
  console.log(
    `${(profile.length - 1) * copies} customers, ${(purchases.length - 1) * copies} purchases, ${added.length} customers changed\n`,
  );
  console.log('| seconds | first run | whole file, new rows last | whole file, new rows first | added rows |');
  console.log('|---|---|---|---|---|');
  for (const stage of STAGES) line(stage, ({ seconds }) => seconds[stage].toFixed(1));
  line('all', (one) => total(one).toFixed(1));
  line('share of the first run', (one) => (total(one) / total(first)).toFixed(3));
  line('customers derived', ({ derived }) => String(derived));
  line('customers encoded', ({ encoded }) => String(encoded));
}
