import { mostlyUnknown } from '../evaluate/mostly-unknown.js';
import type { Examples } from './examples.js';

/** Examples of a class under which cross-validation says nothing. */
const TELLING = 3;

/** Whether a class has too few examples for cross-validation to tell whether they help. */
export function isUntelling({ kind, counts: { positives, negatives } }: Pick<Examples, 'kind' | 'counts'>): boolean {
  return positives < TELLING || (kind === 'labels' && negatives < TELLING);
}

/** What a person should know before they trust a tuned version, a sentence each. */
export function warningsOf(examples: Pick<Examples, 'kind' | 'counts'>): string[] {
  const { positives, negatives, leftOut, unknown, ignored = [] } = examples.counts;
  const warnings = mostlyUnknown(unknown, positives + negatives + leftOut + unknown);
  if (isUntelling(examples)) {
    const few = positives < TELLING ? `${positives} with the target` : `${negatives} without it`;
    warnings.push(
      `the examples have only ${few}: cross-validation cannot tell whether they help; give at least ${TELLING} of either`,
    );
  }
  if (ignored.length > 0) warnings.push(`ignored in the file of seeds: ${ignored.join(', ')}`);
  return warnings;
}
