import { eventsOf, type EventBlock } from '../index/event-block.js';
import { KIND } from '../index/scale.js';
import { documentFrequency } from '../rank/similarity.js';
import type { Draws } from './draws.js';
import type { Population } from './population.js';
import { VERBS, WHO } from './userqa-text.js';

/** Source of what customers do when the string is of none of the sources with verbs. */
const SERVICES = 1;
/** Share of events with a date from which the later part of a history is told by dates. */
const DATED = 0.3;

/** The customers that one task looks at, with all their events. Masks are [events], 1 where they hold. */
export class Look {
  /** Places of the customers in the population, ascending. */
  readonly customers: Int32Array;
  /** Their events, in exactly long arrays. */
  readonly events: EventBlock;
  /** Customer of every event, [events]. */
  readonly owner: Int32Array;
  private readonly df: Float64Array;

  constructor(
    readonly population: Population,
    readonly draws: Draws,
    most: number,
  ) {
    this.customers = draws.some(
      Array.from({ length: population.events.customers }, (_, at) => at),
      most,
    );
    this.events = eventsOf(population.events, this.customers);
    this.owner = new Int32Array(this.events.string.length);
    for (let customer = 0; customer < this.events.customers; customer++)
      this.owner.fill(customer, this.events.start[customer], this.events.start[customer + 1]);
    this.df = documentFrequency(this.events, population.facts.count);
  }

  /** A string of these kinds that at least 6 and 1 % of the customers have, and at most the share `most` of them. */
  pick(kinds: readonly number[], most = 0.6): number | undefined {
    const { customers } = this.events;
    const { kind } = this.population.facts;
    const least = Math.max(6, 0.01 * customers);
    const fit: number[] = [];
    for (let string = 0; string < kind.length; string++) {
      const df = this.df[string]!;
      if (kinds.includes(kind[string]!) && df >= least && df <= most * customers) fit.push(string);
    }
    return fit.length > 0 ? this.draws.one(fit) : undefined;
  }

  /**
   * A second string of these kinds that 10 % to 80 % of those who have the first have too, so that the second half of a
   * combination matters.
   */
  companion(kinds: readonly number[], first: number): number | undefined {
    const { kind } = this.population.facts;
    const owns = this.owns(first);
    const together = new Uint32Array(kind.length);
    this.owner.forEach((customer, event) => {
      if (owns[customer]) together[this.events.string[event]!]!++;
    });
    const fit: number[] = [];
    together.forEach((count, string) => {
      const share = count / this.df[first]!;
      if (string !== first && kinds.includes(kind[string]!) && share >= 0.1 && share <= 0.8) fit.push(string);
    });
    return fit.length > 0 ? this.draws.one(fit) : undefined;
  }

  /** The events for which the condition holds. */
  where(condition: (event: number) => boolean): Uint8Array {
    const mask = new Uint8Array(this.owner.length);
    for (let event = 0; event < mask.length; event++) if (condition(event)) mask[event] = 1;
    return mask;
  }

  /** The customers who have an event of the mask, [customers]. */
  ownersOf(mask: Uint8Array): Uint8Array {
    const owners = new Uint8Array(this.events.customers);
    for (let event = 0; event < mask.length; event++) if (mask[event]) owners[this.owner[event]!] = 1;
    return owners;
  }

  /** The customers who have the string, [customers]. */
  owns(string: number): Uint8Array {
    return this.ownersOf(this.where((event) => this.events.string[event] === string));
  }

  /** Kind of an event's string. */
  kindOf(event: number): number {
    return this.population.facts.kind[this.events.string[event]!]!;
  }

  /** Whether an event is a summary, which what is hidden went into. */
  isSummary(event: number): boolean {
    return this.kindOf(event) === KIND.aggregate;
  }

  /** Events of items to hide: mostly the latest by date where there are dates, else a random share. */
  laterPart(share: number): Uint8Array {
    const { recency } = this.events;
    const isItem = (event: number): boolean => this.kindOf(event) === KIND.item;
    const isDated = (event: number): boolean => isItem(event) && !Number.isNaN(recency[event]!);
    const dates = recency.filter((_, event) => isDated(event));
    if (dates.length > DATED * recency.length && this.draws.chance(0.7)) {
      const cut = quantile(dates, 1 - share);
      return this.where((event) => isDated(event) && recency[event]! > cut);
    }
    return this.where((event) => this.draws.chance(share) && isItem(event));
  }

  /** Events of the column that the string comes from; items do not count as of their column. */
  sameColumn(string: number): Uint8Array {
    const { column, facts } = this.population;
    return this.where((event) => {
      const other = this.events.string[event]!;
      return (
        facts.kind[other] !== KIND.item &&
        column[other] === column[string] &&
        facts.source[other] === facts.source[string]
      );
    });
  }

  /** Who does what with the string: "customers who bought". */
  verb(string: number): string {
    const source = this.population.facts.source[string]!;
    return `${this.draws.one(WHO)} who ${this.draws.one<string>(VERBS[source] ?? VERBS[SERVICES]!)}`;
  }
}

/** Quantile 0..1 of the values, interpolated linearly as numpy does; NaN of none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
}
