import type { RankOptions } from '../composition.js';
import { AppError } from '../services/errors.js';

/** Help of --fit, which several commands take. */
export const FIT_HELP = 'number of a fit of this workspace, current, or none for the model as it ships';

/** @throws AppError option-invalid */
export function parseFit(text: string): NonNullable<RankOptions['fit']> {
  if (text === 'current' || text === 'none') return text;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new AppError('option-invalid', `--fit is "${text}"`, 'give the number of a fit, current or none');
}
