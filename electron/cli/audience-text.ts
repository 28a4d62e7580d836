import type { BuiltAudience } from '../services/audience/build.js';
import type { Fairness } from '../services/audience/fairness.js';
import type { ListReport } from '../services/audience/list-report.js';
import { percentText, tableLines } from './tables.js';

/** How many customers each rule left out, and how many are left. */
export function countLines({ audience: { counts } }: BuiltAudience): string[] {
  const names: [string, number][] = [
    ['ranked customers', counts.ranked],
    ['not on an include list', counts.notIncluded],
    ['suppressed', counts.suppressed],
    ['on an exclude list', counts.excluded],
    ['without consent', counts.withoutConsent],
    ['contacted too often', counts.contactedTooOften],
    ['beyond the size', counts.beyondSize],
    ['over the cap of their group', counts.overCap],
    ['in the audience', counts.selected],
    ['  to contact', counts.treated],
    ['  held out', counts.holdout],
  ];
  const shown = names.filter(([name, count]) => count > 0 || name === 'in the audience');
  return tableLines(shown.map(([name, count]) => [name, String(count)]));
}

/** What came of the lists of the rules, for people. */
export function listLines(lists: readonly ListReport[]): string[] {
  return tableLines(
    lists.map(({ rule, file, entries, matched }) => [
      `${rule}: ${file}`,
      entries === 1 ? '1 entry' : `${entries} entries`,
      matched === 1 ? 'fits 1 customer' : `fit ${matched} customers`,
    ]),
  );
}

/** What to know before relying on an audience, for people. */
export function warningLines(warnings: readonly string[]): string[] {
  return warnings.map((text) => `warning: ${text}`);
}

/** Selection rates of groups, for people. */
export function fairnessLines({ column, groups, warning }: Fairness): string[] {
  const rows = groups.map((group) => [
    group.group,
    `${group.selected} of ${group.customers}`,
    percentText(group.rate),
    group.belowFourFifths ? (group.small ? 'below four fifths (few customers)' : 'below four fifths') : '',
  ]);
  return ['', `selection rates by ${column}${warning ? ' — warning: four-fifths rule' : ''}`, ...tableLines(rows)];
}
