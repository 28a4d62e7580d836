import type { Command } from 'commander';
import { compose, parseDevice, type Services } from '../../composition.js';
import { countAtPercent } from '../../services/evaluate/metrics.js';
import { writeTable, type OutputColumn } from '../../services/audience/write-table.js';
import { AppError } from '../../services/errors.js';
import { audienceLifts, bestOf, type AudienceLifts } from '../../services/explain/audience-lifts.js';
import type { CustomerWhy } from '../../services/explain/customer-why.js';
import type { Nearest } from '../../services/explain/nearest.js';
import type { Task } from '../../services/task.js';
import { addFitOption, parseFit } from '../fit-option.js';
import { customerLines, liftLines } from '../explain-text.js';
import { hiddenLines, hiddenRows } from '../hidden.js';
import { printResult, terminalTask } from '../output.js';

interface Options {
  workspace: string;
  instruction?: string;
  answer?: string;
  contrast?: string;
  tuned?: string;
  customer: string[];
  top?: string;
  topPercent?: string;
  out?: string;
  device: string;
  fit?: string;
  json?: boolean;
}

/** Neighbours of a customer, and items of an audience, that are told. */
const NEAREST = 5;
const ITEMS = 50;

export function register(program: Command): void {
  const command = program
    .command('explain')
    .description('why customers rank where they do, or what the best have more of than the rest')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--instruction <text>', 'whom to look for')
    .option('--tuned <name>', 'a tuned instruction instead, NAME or NAME@VERSION')
    .option('--answer <text>', 'what a good customer would answer')
    .option('--contrast <text>', 'what the customers should not be')
    .option('--customer <id>', 'a customer; may be repeated', (id: string, all: string[]) => [...all, id], [])
    .option('--top <n>', 'the best n customers as an audience')
    .option('--top-percent <p>', 'the best p percent as an audience');
  addFitOption(command)
    .option('--out <file>', 'write the effects or the lifts here, .csv or .parquet')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the explanation as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  // Whatever is wrong with the command is told before anything long is done.
  parseDevice(options.device);
  checkQuestion(options);
  const size = audienceSize(options);
  const fit = parseFit(options.fit);
  const services = await compose(options.workspace);
  try {
    const task = terminalTask();
    const { device, instruction = '', answer, contrast } = options;
    const { rankingId, customers } =
      options.tuned === undefined
        ? await services.rank({ instruction, answer, contrast }, { device, fit }, task)
        : await services.rankTuned(options.tuned, { device, fit }, task);
    if (size === undefined) await explainCustomers(services, rankingId, options, task);
    else await explainAudience(services, rankingId, size(customers), options);
  } finally {
    services.close();
  }
}

async function explainCustomers(services: Services, rankingId: number, options: Options, task: Task): Promise<void> {
  const explainer = services.explainer(undefined, options.device);
  const told: (CustomerWhy & { nearest: Nearest })[] = [];
  for (const userId of options.customer) {
    const why = await explainer.why(rankingId, userId);
    told.push({ ...why, nearest: await explainer.nearest(rankingId, userId, NEAREST, task) });
  }
  if (options.out !== undefined) await writeTable(options.out, effectColumns(told));
  printResult(options.json, told, [...told.flatMap(customerLines), ...(await endLines(services, options))]);
}

async function explainAudience(services: Services, rankingId: number, size: number, options: Options): Promise<void> {
  const members = await bestOf(services.workspace, rankingId, size);
  const lifts = await audienceLifts(services.workspace, members, ITEMS);
  if (options.out !== undefined) await writeTable(options.out, liftColumns(lifts));
  printResult(options.json, lifts, [...liftLines(lifts), ...(await endLines(services, options))]);
}

async function endLines({ workspace }: Services, { out }: Options): Promise<string[]> {
  const lines = [...hiddenLines(await hiddenRows(workspace)), ...(out === undefined ? [] : [`written: ${out}`])];
  return lines.length > 0 ? ['', ...lines] : [];
}

function effectColumns(told: readonly CustomerWhy[]): OutputColumn[] {
  const rows = told.flatMap(({ userId, rank, events }) => events.map((event) => ({ userId, rank, ...event })));
  return [
    { name: 'user_id', type: 'text', values: rows.map(({ userId }) => userId) },
    { name: 'rank', type: 'integer', values: rows.map(({ rank }) => rank) },
    { name: 'source', type: 'text', values: rows.map(({ source }) => source) },
    { name: 'event', type: 'text', values: rows.map(({ text }) => text) },
    { name: 'rows', type: 'integer', values: rows.map(({ n }) => n) },
    { name: 'effect', type: 'number', values: rows.map(({ effect }) => effect) },
    { name: 'rank_without', type: 'integer', values: rows.map(({ rankWithout }) => rankWithout) },
    { name: 'attention', type: 'number', values: rows.map(({ attention }) => attention) },
  ];
}

function liftColumns({ items }: AudienceLifts): OutputColumn[] {
  return [
    { name: 'source', type: 'text', values: items.map(({ source }) => source) },
    { name: 'item', type: 'text', values: items.map(({ text }) => text) },
    { name: 'audience', type: 'integer', values: items.map(({ audience }) => audience) },
    { name: 'rest', type: 'integer', values: items.map(({ rest }) => rest) },
    { name: 'lift', type: 'number', values: items.map(({ lift }) => lift.value) },
    { name: 'low', type: 'number', values: items.map(({ lift }) => lift.low) },
    { name: 'high', type: 'number', values: items.map(({ lift }) => lift.high) },
  ];
}

function checkQuestion({ instruction, answer, contrast, tuned }: Options): void {
  if (tuned === undefined && instruction === undefined)
    throw new AppError('target-missing', 'There is no instruction', 'give --instruction "…" or --tuned NAME');
  if (tuned !== undefined && [instruction, answer, contrast].some((text) => text !== undefined))
    throw new AppError(
      'option-invalid',
      'A tuned instruction has its own words',
      'give --tuned alone, or --instruction',
    );
}

/** How many of the ranked customers make the audience; undefined where single customers are asked about. */
function audienceSize({ customer, top, topPercent }: Options): ((customers: number) => number) | undefined {
  const given = [customer.length > 0 ? customer : undefined, top, topPercent].filter((value) => value !== undefined);
  if (given.length !== 1)
    throw new AppError(
      'option-invalid',
      given.length === 0 ? 'Nobody is named' : '--customer, --top and --top-percent exclude each other',
      'give one of --customer ID, --top N and --top-percent P',
    );
  if (top !== undefined) {
    const count = numberOf('--top', top, (n) => Number.isInteger(n) && n >= 1, 'a whole number from 1');
    return () => count;
  }
  if (topPercent === undefined) return undefined;
  const percent = numberOf('--top-percent', topPercent, (p) => p > 0 && p <= 100, 'a number above 0, at most 100');
  return (customers) => countAtPercent(customers, percent);
}

function numberOf(flag: string, text: string, fits: (value: number) => boolean, wanted: string): number {
  const value = Number(text);
  if (text.trim() !== '' && fits(value)) return value;
  throw new AppError('depth-invalid', `${flag} ${text} does not say how many customers`, `give ${wanted}`);
}
