// `npm run -s cli -- bench offers [DATA] [--customers N] [--sets a,b]`: next best offers where later or hidden purchases are
// known. Every target of a set is an offer; the rows that give any of them away are hidden from everybody. Hit rate and NDCG
// as `evaluate-offers` prints them, beside popularity. Labels only score, calibrate, give rates and count popularity, all but the
// first on the half of the customers that is not measured.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compose } from '../electron/composition.js';
import { evaluateOffers, type KnownOffer } from '../electron/services/audience/measure-offers.js';
import { loadRanking } from '../electron/services/audience/workspace-data.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import type { RecommendationMetrics } from '../electron/services/evaluate/recommendation.js';
import { cutSet, labelFile, targets, unseenModel } from './benchmark-set.js';
import { average } from './text-similarity.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string', default: 'uci_online_retail,msweb,steam200k,coil2000,anime5k,atus2003_2016' },
    customers: { type: 'string', default: '4000' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const data = positionals[0] ?? '../shared/data';
/** How many offers a customer gets: the next best one, and a short list. */
const FIRST = [1, 3];
/** Outcomes of a customer as a whole, which nobody would offer. */
const NOT_OFFERED = new Set(['bought_again_sep_nov', 'spend_over_500_sep_nov']);
mkdirSync(options.cache, { recursive: true });

console.log(
  `Customers who took at least one offer later, of ${options.customers} of a set at most; each set ranked by a model that was not trained on it.\n`,
);
console.log(
  '| set | offers | customers | figure | by rank, no labels | by rank and known rate | calibrated | popularity |',
);
console.log('|---|---|---|---|---|---|---|---|');
/** Cells of every figure, per set. */
const figures = new Map<string, number[][]>();
for (const set of options.sets.split(',')) {
  const offers = await rankOffers(set);
  for (const k of FIRST) {
    const { byRank, expected, calibrated, popularity } = evaluateOffers(offers, k);
    const row = (figure: string, of: (metrics: RecommendationMetrics) => number): void => {
      const cells = [byRank, expected, calibrated, popularity].map(of);
      figures.set(figure, [...(figures.get(figure) ?? []), cells]);
      print(set, offers.length, byRank.customers, figure, cells);
    };
    row(`hit rate at ${k}`, ({ hitRate }) => hitRate);
    if (k > 1) row(`NDCG at ${k}`, ({ ndcg }) => ndcg);
  }
}
for (const [figure, rows] of figures)
  print('**mean over sets**', '', '', figure, rows[0]!.map((_, at) => average(rows.map((cells) => cells[at]!)))); // prettier-ignore

function print(set: string, offers: number | '', customers: number | '', figure: string, cells: number[]): void {
  console.log(`| ${[set, offers, customers, figure, ...cells.map((cell) => cell.toFixed(3))].join(' | ')} |`);
}

async function rankOffers(set: string): Promise<KnownOffer[]> {
  const path = join(options.cache, `${set}.offers.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true, models: unseenModel(set, options.cache) });
  try {
    await services.importFiles(await cutSet(data, set, Number(options.customers), options.cache));
    const chosen = targets.filter((target) => target.set === set && !NOT_OFFERED.has(target.label));
    const hides = chosen.flatMap(({ hide }) => hide);
    const offers: KnownOffer[] = [];
    for (const { label, instruction, answer } of chosen) {
      const { rankingId } = await services.rank({ instruction, answer }, { hides });
      const { values } = await readLabels(join(data, set, labelFile(set)), label);
      offers.push({ name: label, ranking: await loadRanking(services.workspace, rankingId), taken: values });
    }
    return offers;
  } finally {
    services.close();
  }
}
