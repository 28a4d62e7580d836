import type { Preview, Rules } from '../ipc/audience.js';
import {
  prepareAudience,
  sizeAudience,
  type BuiltAudience,
  type PreparedAudience,
} from '../services/audience/build.js';
import type { AudienceSpec } from '../services/audience/spec.js';
import { audienceSpec } from '../services/audience/spec.js';
import { loadRanking } from '../services/audience/workspace-data.js';
import type { Workspace } from '../services/workspace/workspace.js';
import type { Grants } from './grants.js';

/** Tries audiences out: lists and profile are read once for all sizes and holdouts of the same rules. */
export class AudienceDesk {
  private prepared: { key: string; workspace: Workspace; audience: Promise<PreparedAudience> } | undefined;

  constructor(private readonly grants: Grants) {}

  /** The rules as the audience service takes them. The ranking's number seeds its holdout, so that it stays the same. */
  specOf({ rankingId, depth, include, exclude, consent, holdoutPercent }: Rules): AudienceSpec {
    return audienceSpec.parse({
      size: depth.by === 'count' ? { by: 'top', count: depth.count } : depth,
      include: include.map((handle) => this.grants.pathOf(handle)),
      exclude: exclude.map((handle) => this.grants.pathOf(handle)),
      ...(consent !== null && { consent: { column: consent } }),
      ...(holdoutPercent > 0 && { holdout: { share: holdoutPercent / 100, seed: `ranking ${rankingId}` } }),
    });
  }

  async preview(workspace: Workspace, rules: Rules): Promise<Preview> {
    const { audience, input } = await this.build(workspace, rules);
    const last = audience.positions.at(-1);
    return {
      counts: audience.counts,
      lowestScore: last === undefined ? null : (input.ranking.scores[last] ?? null),
      columns: [...input.profile.keys()],
    };
  }

  /** Ids of the customers that the rules take, held out or not, best first. */
  async members(workspace: Workspace, rules: Rules): Promise<string[]> {
    const { audience, input } = await this.build(workspace, rules);
    return Array.from(audience.positions, (at) => input.ranking.userIds[at]!);
  }

  private async build(workspace: Workspace, rules: Rules): Promise<BuiltAudience> {
    const spec = this.specOf(rules);
    const prepared = await this.prepare(workspace, rules, spec);
    return sizeAudience({ ...prepared, rules: { ...prepared.rules, holdout: spec.holdout } }, [], spec.size);
  }

  private prepare(workspace: Workspace, rules: Rules, spec: AudienceSpec): Promise<PreparedAudience> {
    const key = JSON.stringify([rules.rankingId, spec.include, spec.exclude, spec.consent]);
    if (this.prepared?.key === key && this.prepared.workspace === workspace) return this.prepared.audience;
    const audience = loadRanking(workspace, rules.rankingId).then((stored) =>
      prepareAudience(workspace, { ranking: stored, sources: [{ name: 'instruction', stored }] }, spec),
    );
    this.prepared = { key, workspace, audience };
    // A failure must not stick: the next try reads again.
    audience.catch(() => (this.prepared = undefined));
    return audience;
  }
}
