import { existsSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { compose, parseDevice, type DeviceReport, type Services } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { parseHide } from '../../services/index/hide.js';
import { readAhead } from '../../services/rank/reading.js';
import { writeRanked, type Depth } from '../../services/rank/write-ranked.js';
import type { TunedVersion } from '../../services/tune/tuned-store.js';
import { addFitOption, parseFit } from '../fit-option.js';
import { hiddenLines } from '../hidden.js';
import { printResult, terminalTask } from '../output.js';
import { readingLines, understandingLines } from '../reading-text.js';
import { refuseOptions } from '../refuse.js';

interface Options {
  workspace: string;
  instruction?: string;
  tuned?: string;
  answer?: string;
  contrast?: string;
  out?: string;
  top?: string;
  percent?: string;
  device: string;
  fit?: string;
  hide: string[];
  json?: boolean;
}

type Report = Awaited<ReturnType<Services['rank']>> & { tuned?: TunedVersion };

export function register(program: Command): void {
  const command = program
    .command('rank')
    .description('rank every customer by how well they fit an instruction')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--instruction <text>', 'whom to look for')
    .option('--tuned <name>', 'a tuned instruction instead, NAME or NAME@VERSION')
    .option('--answer <text>', 'what a good customer would answer; made from the instruction by default')
    .option('--contrast <text>', 'what the customers should not be')
    .option('--out <file>', 'write rank, user_id and score here, .csv or .parquet')
    .option('--top <n>', 'write the best n customers only')
    .option('--percent <p>', 'write the best p percent only');
  addFitOption(command)
    .option('--device <device>', 'auto, cpu, webgpu, directml, coreml or cuda', 'auto')
    .option(
      '--hide <[FILE:]COLUMN=VALUE>',
      'leave out the rows with this value; may be repeated; as last time by default',
      (hide: string, all: string[]) => [...all, hide],
      [],
    )
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(options: Options, command: Command): Promise<void> {
  // Whatever is wrong with the command is told before anything long is done.
  parseDevice(options.device);
  const depth = parseDepth(options);
  const hides = options.hide.map(parseHide);
  checkQuestion(options);
  if (options.out !== undefined) checkOut(options.out);
  else refuseOptions(command, ['--top', '--percent'], 'it says how many are written, and there is no --out FILE');
  const services = await compose(options.workspace);
  try {
    const task = terminalTask();
    const { instruction = '', answer, contrast, device } = options;
    const fit = parseFit(options.fit);
    const report: Report =
      options.tuned === undefined
        ? await services.rank({ instruction, answer, contrast }, { device, hides, fit }, task)
        : await services.rankTuned(options.tuned, { device, hides, fit }, task);
    const written =
      options.out === undefined
        ? undefined
        : await writeRanked(services.workspace, report.rankingId, depth, options.out);
    const reading =
      options.tuned === undefined
        ? await readAhead(services.workspace, await services.engine(device), { instruction, answer, contrast })
        : undefined;
    const { phrases, hints } = reading ?? {};
    printResult(options.json, { ...report, phrases, hints, out: options.out, written }, [
      `${report.customers} customers ranked${report.withoutEvents > 0 ? `, ${report.withoutEvents} of them without any event` : ''}; ranking ${report.rankingId}`,
      ...(report.tuned ? [tunedLine(report.tuned)] : []),
      ...understandingLines(report.understanding),
      ...(reading ? readingLines(reading) : []),
      ...(report.likeTo
        ? [
            `${report.understanding.wanted.length > 0 ? 'likened to' : 'told from'} ${report.likeTo.owners} customers with ${report.likeTo.having.join('; ')}`,
          ]
        : []),
      ...(report.gate === undefined
        ? []
        : [`the fit ${report.gate > 0 ? `counts by a gate of ${report.gate.toFixed(2)}` : 'does not count'} here`]),
      ...deviceLines(report.device),
      ...(await hiddenLines(services.workspace, report.prepared.hides)),
      `model: ${report.model}`,
      `encoded ${report.prepared.encoded.encoded} customers in ${report.prepared.encoded.seconds.customers.toFixed(1)} s, ranked in ${(report.seconds.read + report.seconds.score).toFixed(1)} s`,
      ...(options.out === undefined ? [] : [`written: ${options.out} (${written} customers)`]),
    ]);
  } finally {
    services.close();
  }
}

function checkQuestion({ instruction, answer, contrast, tuned }: Options): void {
  if (tuned !== undefined) {
    if (instruction === undefined && answer === undefined && contrast === undefined) return;
    throw new AppError(
      'option-invalid',
      'A tuned instruction has its own words',
      'give --tuned alone, or --instruction',
    );
  }
  if (instruction === undefined)
    throw new AppError('target-missing', 'There is no instruction', 'give --instruction "…" or --tuned NAME');
  if (instruction.trim() === '')
    throw new AppError('instruction-empty', 'The instruction is empty', 'write which customers you look for');
}

function tunedLine({ name, version, question, inUse, counts }: TunedVersion): string {
  const told = `${name}, version ${version}: "${question.instruction}"`;
  return inUse
    ? `tuned: ${told}, by ${counts.positives} positives and ${counts.negatives + counts.unlabelled} others`
    : `not tuned: ${told}; cross-validation spoke against its examples`;
}

/** Which device runs, and why the others do not. */
function deviceLines({ device, attempts }: DeviceReport): string[] {
  return [
    `device: ${device}`,
    ...attempts
      .filter((attempt) => attempt.device !== device)
      .map((attempt) => `  not ${attempt.device}: ${attempt.reason}`),
  ];
}

function parseDepth({ top, percent }: Options): Depth {
  if (top !== undefined && percent !== undefined)
    throw new AppError('depth-invalid', 'Both --top and --percent are given', 'give one of them');
  if (top !== undefined)
    return {
      by: 'count',
      count: positive(top, '--top', (n) => Number.isInteger(n) && n >= 1, 'a whole number from 1'),
    };
  return {
    by: 'percent',
    percent:
      percent === undefined
        ? 100
        : positive(percent, '--percent', (p) => p > 0 && p <= 100, 'a number above 0, at most 100'),
  };
}

function positive(text: string, flag: string, fits: (value: number) => boolean, wanted: string): number {
  const value = Number(text);
  if (text.trim() !== '' && fits(value)) return value;
  throw new AppError('depth-invalid', `${flag} ${text} does not say how many customers`, `give ${wanted}`);
}

function checkOut(out: string): void {
  if (!['.csv', '.parquet'].includes(extname(out).toLowerCase()))
    throw new AppError(
      'ranking-format',
      'The ending of this name is neither .csv nor .parquet',
      'choose one of the two',
      { file: out },
    );
  const folder = dirname(resolve(out));
  if (!existsSync(folder))
    throw new AppError(
      'folder-missing',
      'The folder of the output does not exist',
      'make it first, or choose another',
      { file: folder },
    );
}
