import type { Command } from 'commander';
import { compose, parseDevice, type Services } from '../../composition.js';
import { writeTable, type OutputColumn } from '../../services/audience/write-table.js';
import { audienceLifts, type AudienceLifts } from '../../services/explain/audience-lifts.js';
import type { CustomerWhy } from '../../services/explain/customer-why.js';
import type { Nearest } from '../../services/explain/nearest.js';
import type { Task } from '../../services/task.js';
import { addRuleOptions, addTargetOptions, readTarget } from '../audience-options.js';
import { chosenMembers, rankedTarget, type ExplainOptions, type Members } from '../explain-members.js';
import { addFitOption, parseFit } from '../fit-option.js';
import { customerLines, liftLines } from '../explain-text.js';
import { hiddenLines, hiddenRows } from '../hidden.js';
import { printResult, terminalTask } from '../output.js';

interface Options extends ExplainOptions {
  workspace: string;
  out?: string;
  json?: boolean;
}

/** Neighbours of a customer, and items of an audience, that are told. */
const NEAREST = 5;
const ITEMS = 50;

export function register(program: Command): void {
  const command = program
    .command('explain')
    .description('why customers rank where they do, or what an audience has more of than the rest')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--customer <id>', 'a customer; may be repeated', (id: string, all: string[]) => [...all, id], [])
    .option('--manifest <file>', 'the audience of an export, by its .manifest.json')
    .option('--members <file>', 'the customers on this list as an audience, FILE or FILE:COLUMN')
    .option('--top-percent <p>', 'the same as --percent');
  addFitOption(addRuleOptions(addTargetOptions(command)))
    .option('--out <file>', 'write the effects or the lifts here, .csv or .parquet')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the explanation as JSON')
    .action(run);
}

async function run(options: Options, command: Command): Promise<void> {
  // Whatever is wrong with the command is told before anything long is done.
  parseDevice(options.device);
  parseFit(options.fit);
  const findMembers = chosenMembers(options, command);
  if (options.manifest === undefined && options.members === undefined) readTarget(options);
  const services = await compose(options.workspace);
  try {
    const task = terminalTask();
    if (findMembers) await explainAudience(services, await findMembers(services, task), options);
    else await explainCustomers(services, options, task);
  } finally {
    services.close();
  }
}

async function explainCustomers(services: Services, options: Options, task: Task): Promise<void> {
  const { sources } = await rankedTarget(services, options, task);
  const rankingId = sources[0]!.stored.id;
  const explainer = services.explainer(undefined, options.device);
  const told: (CustomerWhy & { nearest: Nearest })[] = [];
  for (const userId of options.customer) {
    const why = await explainer.why(rankingId, userId);
    told.push({ ...why, nearest: await explainer.nearest(rankingId, userId, NEAREST, task) });
  }
  if (options.out !== undefined) await writeTable(options.out, effectColumns(told));
  printResult(options.json, told, [...told.flatMap(customerLines), ...(await endLines(services, options))]);
}

async function explainAudience(services: Services, members: Members, options: Options): Promise<void> {
  const lifts = await audienceLifts(services.workspace, members.userIds, ITEMS);
  if (options.out !== undefined) await writeTable(options.out, liftColumns(lifts));
  printResult(options.json, { ...lifts, ...members.told }, [
    ...members.lines,
    ...liftLines(lifts),
    ...(await endLines(services, options)),
  ]);
}

async function endLines({ workspace }: Services, { out }: Options): Promise<string[]> {
  const lines = [
    ...(await hiddenLines(workspace, await hiddenRows(workspace))),
    ...(out === undefined ? [] : [`written: ${out}`]),
  ];
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
