import type { Command } from 'commander';
import type { RankOptions } from '../composition.js';
import { AppError } from '../services/errors.js';

const HELP =
  'number of a fit of this workspace, current, or none for the model as it ships; by default current, and for a tuned instruction the one it was tuned on';

/** Lets a command that ranks choose the fit. */
export function addFitOption(command: Command): Command {
  return command.option('--fit <fit>', HELP);
}

/** @returns undefined where none was chosen @throws AppError option-invalid */
export function parseFit(text: string | undefined): RankOptions['fit'] {
  if (text === undefined) return undefined;
  if (text === 'current' || text === 'none') return text;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new AppError('option-invalid', `--fit is "${text}"`, 'give the number of a fit, current or none');
}
