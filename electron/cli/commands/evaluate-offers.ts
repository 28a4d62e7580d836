import type { Command } from 'commander';
import { evaluateOffers, knownOffers } from '../../services/audience/measure-offers.js';
import { AppError } from '../../services/errors.js';
import type { RecommendationMetrics } from '../../services/evaluate/recommendation.js';
import { readOffers } from '../audience-options.js';
import { addFitOption } from '../fit-option.js';
import { printResult, terminalTask } from '../output.js';
import { withRanker, type RankOptions } from '../ranker.js';
import { tableLines } from '../tables.js';

interface Options extends RankOptions {
  offers: string;
  first: string;
  json?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('evaluate-offers')
    .description('how well next best offers meet what customers took later: hit rate and NDCG, beside popularity')
    .requiredOption('--workspace <file>', 'the workspace')
    .requiredOption('--offers <offers.json>', 'the offers, each with labels')
    .option('--first <k>', 'how many offers per customer are looked at', '1')
    .option(
      '--hide <[FILE:]COLUMN=VALUE>',
      'leave out the rows with this value; may be repeated',
      (hide: string, all: string[]) => [...all, hide],
      [],
    );
  addFitOption(command)
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the figures as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const offers = readOffers(options.offers);
  const first = Number(options.first);
  if (!Number.isInteger(first) || first < 1) {
    throw new AppError('option-invalid', `--first is "${options.first}"`, 'give a whole number from 1');
  }
  const task = terminalTask();
  await withRanker(options, async ({ workspace, rank }) => {
    const result = evaluateOffers(await knownOffers(workspace, rank, offers, task), first);
    const row = (name: string, { hitRate, ndcg }: RecommendationMetrics) => [name, hitRate.toFixed(3), ndcg.toFixed(3)];
    printResult(options.json, result, [
      `${result.byRank.customers} customers took at least one of ${result.offers} offers`,
      ...tableLines([
        ['', `hit rate at ${first}`, `NDCG at ${first}`],
        row('by rank, no labels', result.byRank),
        row('by rank and the rate in the other half', result.expected),
        row('calibrated on the other half', result.calibrated),
        row('popularity in the other half', result.popularity),
      ]),
    ]);
  });
}
