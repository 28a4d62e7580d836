import type { Join, Outcome, Rules, Who } from '../ipc/audience.js';
import type { RankQuestion } from '../services/audience/build.js';
import type { Combination } from '../services/audience/ranking.js';
import {
  audienceSpec,
  type AskSpec,
  type AudienceSpec,
  type LabelsSpec,
  type TargetSpec,
} from '../services/audience/spec.js';
import { AppError } from '../services/errors.js';
import { listRankings, type StoredRanking } from '../services/rank/list-rankings.js';
import type { Recipe } from '../services/recipe/recipe.js';
import type { Workspace } from '../services/workspace/workspace.js';
import type { Grants } from './grants.js';

/** The window's rules as the audience service takes them: handles become paths, the rest stays as it is. */
export function specOf(grants: Grants, rules: Rules): AudienceSpec {
  const { size, cap, fairness } = rules;
  return audienceSpec.parse({
    ...whoOf(grants, rules, `ranking ${rules.rankingId}`),
    fairness,
    ...(cap && { cap }),
    ...(size.by !== 'value' && { size }),
    ...(size.by === 'value' && {
      size: size.count === null ? { by: 'value', ...moneyOf(size) } : { by: 'top', count: size.count },
      labels: labelsOf(grants, size.outcome),
    }),
  });
}

/** The rules that hold for offers too. @param seed draws the holdout: the same one every time */
export function whoOf(grants: Grants, who: Who, seed: string): AudienceSpec {
  const { consent, frequency, holdoutPercent, customers, country } = who;
  const paths = (handles: readonly string[]) => handles.map((handle) => grants.pathOf(handle));
  return audienceSpec.parse({
    include: paths(who.include),
    exclude: paths(who.exclude),
    suppress: paths(who.suppress),
    ...(consent && { consent: { column: consent.column, ...(consent.allowed && { allowed: consent.allowed }) } }),
    ...(frequency && { frequency: { ...frequency, earlier: paths(frequency.earlier) } }),
    ...(holdoutPercent > 0 && { holdout: { share: holdoutPercent / 100, seed } }),
    ...(customers !== null && { customers: { file: grants.pathOf(customers) } }),
    ...(country !== null && { defaultCountry: country }),
  });
}

export function labelsOf(grants: Grants, outcome: Outcome): LabelsSpec {
  return 'imported' in outcome ? outcome : { file: grants.pathOf(outcome.handle), column: outcome.column };
}

/** Value, cost and budget of a size by value. */
export function moneyOf({ valuePerConversion, costPerContact, budget }: Extract<Rules['size'], { by: 'value' }>): {
  valuePerConversion: number;
  costPerContact: number;
  budget?: number;
} {
  return { valuePerConversion, costPerContact, ...(budget !== null && { budget }) };
}

/** What stored rankings were made by, and a ranker that gives them, once and in their order, instead of ranking again. */
export interface StoredAsks {
  /** In the order of the ids asked for. */
  asks: AskSpec[];
  rank: RankQuestion;
  /** The fit of all of them, for a recipe. @throws AppError `recipe-fits` when they differ */
  fit(): Recipe['fit'];
}

/** @throws AppError `ranking-missing`. */
export async function storedAsks(workspace: Workspace, rankingIds: readonly number[]): Promise<StoredAsks> {
  const rankings = await listRankings(workspace);
  const chosen = rankingIds.map((wanted) => {
    const found = rankings.find(({ rankingId }) => rankingId === wanted);
    if (found) return found;
    throw new AppError('ranking-missing', 'This ranking is gone', 'rank the customers again');
  });
  const asks = chosen.map(({ question, tuned }): AskSpec =>
    tuned === null ? { ...question, instruction: question.instruction.trim() } : { tuned },
  );
  // Two rankings may have been made by the same words, so they go by their order.
  let next = 0;
  return {
    asks,
    rank: (ask) => {
      const at = next++;
      return JSON.stringify(ask) === JSON.stringify(asks[at])
        ? Promise.resolve(chosen[at]!.rankingId)
        : Promise.reject(new Error('Another ranking was asked for.'));
    },
    fit: () => fitOf(chosen),
  };
}

/** Tuned instructions rank by the fit that they were tuned on, whatever the recipe says. */
function fitOf(rankings: readonly StoredRanking[]): Recipe['fit'] {
  const fits = new Set(rankings.filter(({ tuned }) => tuned === null).map(({ fit }) => fit ?? 'none'));
  if (fits.size > 1) {
    throw new AppError(
      'recipe-fits',
      'The rankings were made by different fits, and a recipe ranks by one',
      'rank the instructions again, then save the recipe',
    );
  }
  return [...fits][0] ?? 'current';
}

/** Ids of all rankings that the rules name, the one on show first. */
export function rankingsOf({ rankingId, joined }: Rules): number[] {
  return [rankingId, ...joined.map((one) => one.rankingId)];
}

/** The instruction itself, or all joined, each to everything before it. */
export function targetOf({ joined }: Rules, asks: readonly AskSpec[]): TargetSpec {
  if (joined.length === 0) return asks[0]!;
  const names = asks.map((_, at) => String.fromCharCode(97 + at));
  const combine = joined.reduce<Combination>((before, { how }, at) => join(before, how, { ranking: names[at + 1]! }), {
    ranking: names[0]!,
  });
  return { instructions: Object.fromEntries(asks.map((ask, at) => [names[at]!, ask])), combine };
}

function join(before: Combination, how: Join, ranking: Combination): Combination {
  const wanted = how === 'andNot' || how === 'orNot' ? { not: ranking } : ranking;
  return how === 'and' || how === 'andNot' ? { and: [before, wanted] } : { or: [before, wanted] };
}
