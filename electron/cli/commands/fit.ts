import type { Command } from 'commander';
import { compose, parseDevice } from '../../composition.js';
import { AppError, Cancelled } from '../../services/errors.js';
import { bestStep, listFits, type FitPlan, type FitVersion } from '../../services/fit/fit-versions.js';
import { printResult, terminalTask } from '../output.js';

interface Options {
  workspace: string;
  minutes?: string;
  steps?: string;
  seed?: string;
  fresh?: boolean;
  device: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('fit')
    .description('learn from the imported customers, without labels; goes on where it was stopped')
    .requiredOption('--workspace <file>', 'the workspace')
    .option(
      '--minutes <minutes>',
      'time to learn; by default one minute and one more per thousand customers, at most five',
    )
    .option('--steps <steps>', 'steps to learn instead of a time, so that a fit repeats up to rounding')
    .option('--seed <number>', 'another seed asks other questions; 1 by default')
    .option('--fresh', 'start anew instead of going on with a paused fit, which is deleted')
    .option('--device <device>', 'auto, cpu or another device', 'auto')
    .option('--json', 'print the fit as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  parseDevice(options.device);
  if (options.minutes !== undefined && options.steps !== undefined)
    throw new AppError('option-invalid', '--minutes and --steps exclude each other', 'give one of them');
  const given = {
    ...(options.minutes === undefined ? {} : { minutes: positive('--minutes', options.minutes) }),
    ...(options.steps === undefined ? {} : { steps: Math.ceil(positive('--steps', options.steps)) }),
    ...(options.seed === undefined ? {} : { seed: Math.floor(positive('--seed', options.seed)) }),
  };
  const services = await compose(options.workspace);
  try {
    const asked = {
      ...given,
      device: options.device,
      fresh: options.fresh,
      resumed: (id: number, step: number, plan: FitPlan) =>
        process.stderr.write(`${resumedLine(id, step, plan, Object.keys(given))}\n`),
    };
    const fit = await services.fit(asked, terminalTask());
    printResult(options.json, fit, fitLines(fit));
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    throw stopped(await listFits(services.workspace, services.modelHash()));
  } finally {
    services.close();
  }
}

/** What a command that was interrupted leaves behind. */
export function stopped(fits: readonly FitVersion[]): AppError {
  return fits.some(({ state, outdated }) => state === 'running' && !outdated)
    ? new AppError('fit-paused', 'The fit is paused', 'run the same command to go on')
    : new AppError('fit-stopped', 'The fit was stopped before anything of it was stored', 'run the command again');
}

function resumedLine(id: number, step: number, { steps, seed }: FitPlan, unused: readonly string[]): string {
  const names = unused.map((name) => `--${name}`).join(' and ');
  const told = names === '' ? '' : `; ${names} ${unused.length > 1 ? 'are' : 'is'} not used`;
  return `paused fit ${id} goes on after ${step} of ${steps} steps by its own plan (seed ${seed})${told}; --fresh starts anew`;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new AppError('option-invalid', `${name} is "${text}"`, 'give a number above 0');
}

/** What a fit came to, in words. */
export function fitLines({ id, state, plan, step, seconds, curve, verdict }: FitVersion): string[] {
  const lines = [
    `fit ${id}: ${step} of ${plan.steps} steps on ${plan.customers} customers and ${plan.questions} questions in ${seconds.toFixed(0)} s`,
  ];
  if (!verdict) return lines;
  lines.push(
    `held back: ${plan.heldBack} customers, ${plan.judging} questions whose targets it did not learn`,
    `where an instruction asks to foresee what customers do (${verdict.questions} questions): mean AUC as shipped ${verdict.auc[0]!.toFixed(3)}, ` +
      `fitted ${verdict.score.toFixed(3)} with the gate at ${verdict.gate} (gain ${verdict.gain.toFixed(3)}, standard error ${verdict.error.toFixed(3)})`,
  );
  lines.push(
    `where an instruction names what customers have (${verdict.named.questions} questions): mean AUC as shipped ${verdict.named.auc[0]!.toFixed(3)}, fitted ${verdict.named.score.toFixed(3)} with the gate at ${verdict.named.gate} (gain ${verdict.named.gain.toFixed(3)}, standard error ${verdict.named.error.toFixed(3)})`,
  );
  lines.push(
    bestStep(curve) === 0
      ? 'no step made the held-back score better: the learned path is the one that ships, opened as far as the gates say'
      : `the weights are those of step ${bestStep(curve)}, the best judged`,
  );
  if (state === 'kept') lines.push('kept: rankings use it from now on (--fit none ranks without it)');
  if (state === 'not-kept')
    lines.push('not kept: it does not help the customers that were held back; rankings stay as they were');
  return lines;
}
