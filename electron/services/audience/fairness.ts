import { numberBands } from './number-bands.js';
import { wilson, type Estimate } from '../evaluate/intervals.js';

/** How often customers of one group are selected. */
export interface GroupRate {
  group: string;
  customers: number;
  selected: number;
  rate: Estimate;
  /** Rate over the highest group's rate; NaN when nobody is selected. */
  ratio: number;
  /** Below four fifths of the highest rate. */
  belowFourFifths: boolean;
  /** Fewer than 30 customers: the rate says little. */
  small: boolean;
}

export interface Fairness {
  column: string;
  groups: GroupRate[];
  /** A group of at least 30 customers is below four fifths of the highest rate among such groups. */
  warning: boolean;
}

const SMALL_GROUP = 30;

/**
 * Selection rates by group with Wilson intervals, against the four-fifths rule (29 CFR 1607.4 D): a group's rate below
 * 80 % of the highest is a sign of adverse impact. The highest rate is looked for among groups of at least 30
 * customers, if there are any. `groups` and `selected` run over all ranked customers; null is a group of its own.
 * A column of many numbers is taken in `numberBands`.
 */
export function selectionRates(
  column: string,
  groups: readonly (string | null)[],
  selected: ArrayLike<number>,
): Fairness {
  const tally = new Map<string, { customers: number; selected: number }>();
  numberBands(groups).forEach((name, i) => {
    const group = tally.get(name ?? NO_VALUE) ?? { customers: 0, selected: 0 };
    group.customers++;
    group.selected += selected[i]!;
    tally.set(name ?? NO_VALUE, group);
  });
  const large = [...tally.values()].filter((group) => group.customers >= SMALL_GROUP);
  const highest = Math.max(...(large.length > 0 ? large : [...tally.values()]).map((g) => g.selected / g.customers));
  const rates = [...tally].map(([group, count]) => {
    const rate = wilson(count.selected, count.customers);
    const ratio = rate.value / highest;
    return { group, ...count, rate, ratio, belowFourFifths: ratio < 0.8, small: count.customers < SMALL_GROUP };
  });
  rates.sort((a, b) => b.rate.value - a.rate.value || (a.group < b.group ? -1 : 1));
  return { column, groups: rates, warning: rates.some((rate) => rate.belowFourFifths && !rate.small) };
}

/** Group of the customers whose cell is empty. */
export const NO_VALUE = '(none)';
