import path from 'node:path';
import type { Fairness, Preview, Rules } from '../ipc/audience.js';
import {
  expectedValue,
  prepareAudience,
  profitCurve,
  rankTarget,
  sizeAudience,
  type BuiltAudience,
  type PreparedAudience,
} from '../services/audience/build.js';
import { consentValues } from '../services/audience/consent.js';
import type { Fairness as Rates } from '../services/audience/fairness.js';
import { profileColumn } from '../services/audience/select.js';
import type { AudienceSpec } from '../services/audience/spec.js';
import type { ValueCurve } from '../services/audience/value-curve.js';
import type { Workspace } from '../services/workspace/workspace.js';
import { moneyOf, rankingsOf, specOf, storedAsks, targetOf } from './audience-rules.js';
import type { Grants } from './grants.js';

/** Groups of a column that are shown; the rest are its smallest. */
const MOST_GROUPS = 12;
/** Values of a consent column that are offered; one with more holds something else. */
const MOST_VALUES = 50;

interface Prepared {
  key: string;
  workspace: Workspace;
  audience: Promise<PreparedAudience>;
  /** The last profit curve, which a dragged cut does not change. */
  curve?: { key: string; curve: ValueCurve };
}

/** Tries audiences out: lists, profile and outcomes are read once for all sizes, caps and holdouts of the same rules. */
export class AudienceDesk {
  private prepared: Prepared | undefined;

  constructor(private readonly grants: Grants) {}

  async preview(workspace: Workspace, rules: Rules): Promise<Preview> {
    const { built, prepared } = await this.build(workspace, rules);
    const { audience, input, fairness, lists, warnings } = built;
    const { scores } = input.ranking;
    const last = audience.positions.at(-1);
    return {
      counts: audience.counts,
      lists: lists.map(({ rule, file, entries, matched }) => ({ rule, name: path.basename(file), entries, matched })),
      warnings,
      lowestScore: last === undefined ? null : (scores[last] ?? null),
      scores: { low: scores.at(-1) ?? 0, high: scores[0] ?? 0 },
      columns: [...input.profile.keys()],
      consent: rules.consent && {
        column: rules.consent.column,
        values: consentValues(profileColumn(input.profile, rules.consent.column)).slice(0, MOST_VALUES),
      },
      fairness: fairness.map(shownRates),
      value: this.value(prepared, built, rules),
    };
  }

  /** Ids of the customers that the rules take, held out or not, best first. */
  async members(workspace: Workspace, rules: Rules): Promise<string[]> {
    const { audience, input } = (await this.build(workspace, rules)).built;
    return Array.from(audience.positions, (at) => input.ranking.userIds[at]!);
  }

  private async build(workspace: Workspace, rules: Rules): Promise<{ built: BuiltAudience; prepared: Prepared }> {
    const spec = specOf(this.grants, rules);
    const prepared = this.prepare(workspace, rules, spec);
    const audience = await prepared.audience;
    const { size, cap, holdout, fairness } = spec;
    return {
      built: sizeAudience({ ...audience, rules: { ...audience.rules, cap, holdout } }, fairness, size),
      prepared,
    };
  }

  private prepare(workspace: Workspace, rules: Rules, spec: AudienceSpec): Prepared {
    // Size, cap, holdout and fairness need nothing read.
    const { include, exclude, suppress, consent, frequency, customers, defaultCountry, labels } = spec;
    const key = JSON.stringify([
      rules.rankingId,
      rules.joined,
      { include, exclude, suppress, consent, frequency, customers, defaultCountry, labels },
    ]);
    if (this.prepared?.key === key && this.prepared.workspace === workspace) return this.prepared;
    const prepared: Prepared = { key, workspace, audience: this.read(workspace, rules, spec) };
    this.prepared = prepared;
    // A failure must not stick: the next try reads again.
    prepared.audience.catch(() => {
      if (this.prepared === prepared) this.prepared = undefined;
    });
    return prepared;
  }

  private async read(workspace: Workspace, rules: Rules, spec: AudienceSpec): Promise<PreparedAudience> {
    const { asks, rank } = await storedAsks(workspace, rankingsOf(rules));
    return prepareAudience(workspace, await rankTarget(workspace, rank, targetOf(rules, asks)), spec);
  }

  private value(prepared: Prepared, built: BuiltAudience, { size }: Rules): Preview['value'] {
    if (size.by !== 'value') return null;
    const money = moneyOf(size);
    const key = JSON.stringify(money);
    if (prepared.curve?.key !== key) prepared.curve = { key, curve: built.value ?? profitCurve(built, money) };
    return { ...prepared.curve.curve, expected: expectedValue(built, money) };
  }
}

function shownRates({ column, groups, warning }: Rates): Fairness {
  const large = new Set(groups.toSorted((a, b) => b.customers - a.customers).slice(0, MOST_GROUPS));
  return {
    column,
    groups: groups.filter((group) => large.has(group)),
    moreGroups: groups.length - large.size,
    warning,
  };
}
