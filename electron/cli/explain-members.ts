import type { Command } from 'commander';
import { rankerOf, type Services } from '../composition.js';
import { buildAudience, rankTarget, type TargetRanking } from '../services/audience/build.js';
import { membersBeside, readManifest } from '../services/audience/manifest.js';
import type { AudienceSpec, ListSpec } from '../services/audience/spec.js';
import { AppError } from '../services/errors.js';
import { idCells, idColumn } from '../services/evaluate/id-column.js';
import { readTable } from '../services/evaluate/table-file.js';
import { idsIn } from '../services/import/known-ids.js';
import type { Task } from '../services/task.js';
import { countLines, listLines, warningLines } from './audience-text.js';
import { listOf, readRules, readTarget, type RuleOptions, type TargetOptions } from './audience-options.js';
import { parseFit } from './fit-option.js';
import { allowOptions, givenOptions, refuseOptions } from './refuse.js';

/** Whom to explain: customers, or an audience by rules, by the manifest of an export, or by a list. */
export interface ExplainOptions extends TargetOptions, RuleOptions {
  customer: string[];
  topPercent?: string;
  manifest?: string;
  members?: string;
  device: string;
  fit?: string;
}

/** An audience to explain. */
export interface Members {
  userIds: string[];
  /** What to tell of it beside what it has more of: for programs, and for people. */
  told: object;
  lines: string[];
}

/** Finds the audience, once the workspace is open. */
export type FindMembers = (services: Services, task: Task) => Promise<Members>;

const ALWAYS = ['--workspace', '--out', '--device', '--json'];
const ONE_RANKING = ['--instruction', '--answer', '--contrast', '--tuned', '--fit'];
/** Rules that say who is in an audience. */
const CHOOSING = [
  ...['--rules', '--top', '--percent', '--top-percent', '--min-score'],
  ...['--include', '--exclude', '--suppress', '--consent', '--earlier', '--cap'],
];

/**
 * How to find the audience that the options speak of; undefined where they name customers.
 * @throws AppError option-invalid, and what reading rules and targets throws
 */
export function chosenMembers(options: ExplainOptions, command: Command): FindMembers | undefined {
  const { customer, manifest, members } = options;
  if (customer.length > 0) {
    allowOptions(
      command,
      [...ALWAYS, ...ONE_RANKING, '--customer'],
      'a customer is explained within one ranking of all',
    );
    return undefined;
  }
  if (manifest !== undefined) {
    allowOptions(command, [...ALWAYS, '--manifest'], 'the manifest says who is in the audience');
    return (services, task) => listedMembers(services, membersBeside(manifest, readManifest(manifest)), options, task);
  }
  if (members !== undefined) {
    allowOptions(command, [...ALWAYS, '--members'], 'the list says who is in the audience');
    return (services, task) => listedMembers(services, listOf(members), options, task);
  }
  const rules = choosingRules(options, command);
  return async (services, task) => ruledMembers(services, await rankedTarget(services, options, task), rules);
}

/** Ranks by what the options ask for. */
export async function rankedTarget(services: Services, options: ExplainOptions, task: Task): Promise<TargetRanking> {
  const rank = rankerOf(services, { device: options.device, fit: parseFit(options.fit) });
  return rankTarget(services.workspace, rank, readTarget(options), task);
}

function choosingRules(options: ExplainOptions, command: Command): AudienceSpec {
  if (!givenOptions(command).some((option) => CHOOSING.includes(option)))
    throw new AppError(
      'option-invalid',
      'Nobody is named',
      'give --customer ID, an exported audience by --manifest or --members, or rules such as --top N',
    );
  refuseOptions(command, ['--holdout', '--seed', '--fairness'], 'it does not change who is in the audience');
  if (options.topPercent === undefined) return readRules(options);
  refuseOptions(command, ['--percent'], '--top-percent says the same');
  return readRules({ ...options, percent: options.topPercent });
}

async function ruledMembers({ workspace }: Services, target: TargetRanking, rules: AudienceSpec): Promise<Members> {
  const built = await buildAudience(workspace, target, rules);
  const { audience, lists, warnings } = built;
  return {
    userIds: Array.from(audience.positions, (at) => target.ranking.userIds[at]!),
    told: { counts: audience.counts, lists, warnings },
    lines: [...countLines(built), ...listLines(lists), ...warningLines(warnings)],
  };
}

/** @throws AppError members-unknown when nobody of the list is a customer, and what reading it throws */
async function listedMembers(
  services: Services,
  list: ListSpec,
  { device }: ExplainOptions,
  task: Task,
): Promise<Members> {
  const { file, column } = typeof list === 'string' ? { file: list, column: undefined } : list;
  const { workspace } = services;
  const table = await readTable(file);
  const choice = { wanted: column, known: idsIn(workspace), option: '--members FILE:COLUMN' };
  const name = await idColumn(table, choice);
  const ids = new Set(idCells(table, name).filter((id) => id !== ''));
  await services.prepare({ device }, task);
  const customers = await workspace.all<{ user_id: string }>('SELECT user_id FROM customers ORDER BY customer');
  const userIds = customers.map(({ user_id }) => user_id).filter((id) => ids.has(id));
  if (userIds.length === 0)
    throw new AppError(
      'members-unknown',
      'No id of the list is a customer of this workspace',
      'give an audience that was exported from it',
      { file, column: name },
    );
  const unknown = ids.size - userIds.length;
  return {
    userIds,
    told: { listed: ids.size, unknown },
    lines: [`${ids.size} ids in ${file}${unknown > 0 ? `, ${unknown} of them no customers of this workspace` : ''}`],
  };
}
