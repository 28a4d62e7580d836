import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { fromFolder, mapOfferPaths, mapPaths } from '../services/audience/paths.js';
import {
  audienceSpec,
  offersSpec,
  targetSpec,
  type AudienceSpec,
  type ListSpec,
  type OffersSpec,
  type TargetSpec,
} from '../services/audience/spec.js';
import { listMistakes, mistakesIn } from '../services/audience/mistakes.js';
import { AppError } from '../services/errors.js';

/** Options of every command that ranks. */
export interface TargetOptions {
  instruction?: string;
  answer?: string;
  contrast?: string;
  tuned?: string;
  target?: string;
}

/** Options of every command that builds an audience. */
export interface RuleOptions {
  rules?: string;
  top?: string;
  percent?: string;
  minScore?: string;
  include: string[];
  exclude: string[];
  suppress: string[];
  consent?: string;
  consentValues?: string;
  earlier: string[];
  atMost?: string;
  cap?: string;
  holdout?: string;
  seed?: string;
  fairness: string[];
  customers?: string;
  country?: string;
}

const several = (value: string, all: string[]) => [...all, value];

export function addTargetOptions(command: Command): Command {
  return command
    .option('--instruction <text>', 'whom to look for')
    .option('--answer <text>', 'what a good customer would answer')
    .option('--contrast <text>', 'what a bad one would answer')
    .option('--tuned <name>', 'a tuned instruction instead, NAME or NAME@VERSION')
    .option('--target <target.json>', 'instructions joined by and, or, not, instead of --instruction');
}

export function addRuleOptions(command: Command): Command {
  return command
    .option('--rules <rules.json>', 'the rules as a file; the options below are put over it')
    .option('--top <n>', 'the best n customers')
    .option('--percent <p>', 'the best p percent')
    .option('--min-score <score>', 'all customers from this score up')
    .option('--include <file>', 'only customers on this list, FILE or FILE:COLUMN; may be repeated', several, [])
    .option('--exclude <file>', 'no customers on this list; may be repeated', several, [])
    .option(
      '--suppress <file>',
      'ids, emails or phones, plain or SHA-256, never to be contacted; may be repeated',
      several,
      [],
    )
    .option('--consent <column>', 'only customers with a yes in this column')
    .option('--consent-values <values>', 'what means yes in that column, such as ja,ok; the usual words if left out')
    .option('--earlier <file>', 'an earlier export, for the frequency cap; may be repeated', several, [])
    .option('--at-most <n>', 'leave out customers on this many earlier exports (default 1)')
    .option('--cap <column=percent>', 'no value of the column makes up more than this part of the audience')
    .option('--holdout <percent>', 'hold this part back, to measure the effect later')
    .option('--seed <text>', 'another text draws another holdout (default "holdout")')
    .option('--fairness <column>', 'selection rates by this column; may be repeated', several, [])
    .option('--customers <file>', 'contact data, consent or other columns by customer id, FILE or FILE:COLUMN')
    .option('--country <code>', 'country of phones and addresses that name none, such as DE');
}

/** @throws AppError `target-missing`, `file-invalid`. */
export function readTarget(options: TargetOptions): TargetSpec {
  if (options.target !== undefined) {
    const { instruction, answer, contrast, tuned } = options;
    if ([instruction, answer, contrast, tuned].every((text) => text === undefined))
      return readJson(options.target, targetSpec);
    throw new AppError(
      'option-invalid',
      'A target file has its own instructions',
      'give --target alone, or --instruction, or --tuned',
    );
  }
  if (options.tuned !== undefined) {
    if (options.instruction === undefined && options.answer === undefined && options.contrast === undefined)
      return targetSpec.parse({ tuned: options.tuned });
    throw new AppError(
      'option-invalid',
      'A tuned instruction has its own words',
      'give --tuned alone, or --instruction',
    );
  }
  if (options.instruction === undefined) {
    throw new AppError(
      'target-missing',
      'There is no instruction',
      'give --instruction "…", --tuned NAME or --target target.json',
    );
  }
  if (options.instruction.trim() === '') {
    throw new AppError('instruction-empty', 'The instruction is empty', 'say whom to look for, in a sentence');
  }
  const { instruction, answer, contrast } = options;
  return targetSpec.parse({ instruction, answer, contrast });
}

/** The rules of a file, paths relative to it, with the options put over them. @throws AppError `option-invalid`. */
export function readRules(options: RuleOptions): AudienceSpec {
  const file = options.rules
    ? mapPaths(readJson(options.rules, audienceSpec), fromFolder(dirname(resolve(options.rules))))
    : audienceSpec.parse({});
  const given = {
    size: size(options),
    include: lists(options.include),
    exclude: lists(options.exclude),
    suppress: lists(options.suppress),
    consent: consent(options, file),
    frequency: frequency(options, file),
    cap: cap(options.cap),
    holdout: holdout(options, file),
    fairness: listed(options.fairness),
    customers: options.customers === undefined ? undefined : customersOf(options.customers),
    defaultCountry: options.country,
  };
  const over = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return checked({ ...file, ...over }, audienceSpec, {});
}

/** Offers of a file, paths relative to it. */
export function readOffers(file: string): OffersSpec {
  return mapOfferPaths(readJson(file, offersSpec), fromFolder(dirname(resolve(file))));
}

function size({ top, percent, minScore }: RuleOptions) {
  const given = [top, percent, minScore].filter((value) => value !== undefined);
  if (given.length > 1) {
    throw new AppError('option-invalid', '--top, --percent and --min-score exclude each other', 'give one of them');
  }
  if (top !== undefined) return { by: 'top', count: number('--top', top) };
  if (percent !== undefined) return { by: 'percent', percent: number('--percent', percent) };
  return minScore === undefined ? undefined : { by: 'score', atLeast: number('--min-score', minScore) };
}

function consent({ consent, consentValues }: RuleOptions, file: AudienceSpec) {
  if (consentValues === undefined) return consent === undefined ? undefined : { column: consent };
  const column = consent ?? file.consent?.column;
  if (column === undefined) throw alone('--consent-values', '--consent COLUMN');
  const allowed = consentValues.split(',').map((value) => value.trim());
  if (allowed.every((value) => value !== '')) return { column, allowed };
  throw new AppError(
    'option-invalid',
    `--consent-values is "${consentValues}"`,
    'write the values that mean yes, such as --consent-values ja,ok',
  );
}

function frequency({ earlier, atMost }: RuleOptions, file: AudienceSpec) {
  if (earlier.length > 0) return { earlier: earlier.map(listOf), atMost: number('--at-most', atMost ?? '1') };
  if (atMost === undefined) return undefined;
  if (!file.frequency) throw alone('--at-most', '--earlier FILE');
  return { ...file.frequency, atMost: number('--at-most', atMost) };
}

function holdout({ holdout, seed }: RuleOptions, file: AudienceSpec) {
  if (holdout !== undefined) return { share: number('--holdout', holdout) / 100, seed: seed ?? 'holdout' };
  if (seed === undefined) return undefined;
  if (!file.holdout) throw alone('--seed', '--holdout PERCENT');
  return { ...file.holdout, seed };
}

function alone(option: string, other: string): AppError {
  return new AppError('option-invalid', `${option} says nothing alone`, `give ${other} as well, or leave it out`);
}

function cap(text: string | undefined) {
  if (text === undefined) return undefined;
  const at = text.lastIndexOf('=');
  if (at < 1) throw new AppError('option-invalid', `"${text}" is not a cap`, 'write --cap COLUMN=PERCENT');
  return { column: text.slice(0, at), maxShare: number('--cap', text.slice(at + 1)) / 100 };
}

/** FILE or FILE:COLUMN; a path that exists is a path, colons and all. */
function fileAndColumn(text: string): { file: string; column?: string } {
  const at = text.lastIndexOf(':');
  if (at < 1 || existsSync(text) || !existsSync(text.slice(0, at))) return { file: text };
  return { file: text.slice(0, at), column: text.slice(at + 1) };
}

/** A list as written on the command line, FILE or FILE:COLUMN. */
export function listOf(text: string): ListSpec {
  const { file, column } = fileAndColumn(text);
  return column === undefined ? file : { file, column };
}

function customersOf(text: string) {
  const { file, column } = fileAndColumn(text);
  return column === undefined ? { file } : { file, id: column };
}

const lists = (values: string[]) => listed(values)?.map(listOf);
const listed = (values: string[]) => (values.length > 0 ? values : undefined);

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new AppError('option-invalid', `${option} is "${text}"`, 'give a number');
}

function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new AppError('file-missing', 'There is no such file', 'check the path', { file });
    const detail = error instanceof Error ? error.message : String(error);
    throw new AppError('file-invalid', `The file cannot be read as JSON (${detail})`, 'check the path and the syntax', {
      file,
    });
  }
  return checked(content, schema, { file });
}

function checked<Schema extends z.ZodType>(
  content: unknown,
  schema: Schema,
  place: { file?: string },
): z.output<Schema> {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const mistakes = mistakesIn(parsed.error.issues);
  throw new AppError('rules-invalid', `Wrong ${listMistakes(mistakes)}`, 'correct it and try again', {
    ...place,
    column: mistakes[0]!.where,
  });
}
