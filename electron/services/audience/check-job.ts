import { existsSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { AppError } from '../errors.js';
import type { ExportRequest } from './export.js';
import { inputFiles } from './paths.js';
import type { AudienceSpec } from './spec.js';

/**
 * Tells what is wrong with an export before anything long is done for it.
 * @throws AppError `export-ending`, `folder-missing`, `offers-format`, `offers-rules`, `file-missing`.
 */
export function checkJob({ ask, audience, format, out }: ExportRequest): void {
  checkOut(format, out);
  const offers = 'offers' in ask ? ask.offers : undefined;
  if (offers) checkOffers(audience, format);
  const missing = inputFiles(audience, offers).find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new AppError('file-missing', 'There is no such file', 'check the path', { file: missing });
}

/** The rules without those that are for one ranking and do not apply to offers. */
export function offerRules(audience: AudienceSpec): AudienceSpec {
  return { ...audience, size: { by: 'all' }, cap: undefined, labels: undefined, fairness: [] };
}

function checkOut(format: ExportRequest['format'], out: string): void {
  const wanted = format === 'parquet' ? '.parquet' : '.csv';
  if (extname(out).toLowerCase() !== wanted) {
    throw new AppError(
      'export-ending',
      `A ${format} export needs a file name ending in ${wanted}`,
      `name the file …${wanted}`,
      { file: out },
    );
  }
  const folder = dirname(resolve(out));
  if (existsSync(folder)) return;
  throw new AppError('folder-missing', 'The folder of the export does not exist', 'make it first, or choose another', {
    file: folder,
  });
}

function checkOffers({ size, cap, fairness, labels }: AudienceSpec, format: ExportRequest['format']): void {
  if (format === 'google' || format === 'meta') {
    throw new AppError(
      'offers-format',
      'Platform files have no room for offers',
      'export offers as csv or parquet, or one audience per offer',
    );
  }
  const [without] = [
    ...(size.by === 'all' ? [] : ['A size']),
    ...(cap ? ['A cap'] : []),
    ...(fairness.length > 0 ? ['Fairness'] : []),
    ...(labels ? ['A label file among the rules'] : []),
  ];
  if (without === undefined) return;
  throw new AppError(
    'offers-rules',
    `${without} does not apply to offers`,
    'leave it out: in the offers, "contacts" and "capacity" say how many, and each offer may have its own "labels"',
  );
}
