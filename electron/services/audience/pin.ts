import { AppError } from '../errors.js';
import { checkFit } from '../fit/fit-versions.js';
import { findTuned, parseTunedName } from '../tune/tuned-store.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Manifest } from './manifest.js';
import type { AskSpec, JobAsk } from './spec.js';

/**
 * What is asked with every tuned instruction as NAME@VERSION, so that a newer version does not change what was exported.
 * @throws AppError `tuned-missing`
 */
export async function pinVersions(workspace: Workspace, ask: JobAsk): Promise<JobAsk> {
  const versions = new Map<string, string>();
  for (const name of tunedNames(ask).filter((one) => parseTunedName(one).version === undefined)) {
    const found = await findTuned(workspace, name);
    versions.set(name, `${found.name}@${found.version}`);
  }
  return mapAsks(ask, (one) => ('tuned' in one ? { tuned: versions.get(one.tuned) ?? one.tuned } : one));
}

/** Names of all tuned instructions that are asked for. */
export function tunedNames(ask: JobAsk): string[] {
  const names: string[] = [];
  mapAsks(ask, (one) => {
    if ('tuned' in one) names.push(one.tuned);
    return one;
  });
  return names;
}

/** What a manifest asks for, by the versions that ranked then: manifests of before name them beside the rankings alone. */
export function pinnedAsk({ ask, rankings }: Manifest): JobAsk {
  return mapAsks(ask, (one, at) => ('tuned' in one ? { tuned: rankings[at]?.tuned ?? one.tuned } : one));
}

/** @throws AppError `export-fit-deleted`, `fit-missing` when a fit that ranked is not there any more. */
export async function checkFits(workspace: Workspace, { rankings }: Manifest): Promise<void> {
  for (const fit of new Set(rankings.map((ranking) => ranking.fit))) {
    if (typeof fit !== 'number') continue;
    if (await workspace.one('SELECT 1 AS one FROM fits WHERE fit_id = $1 AND deleted_at IS NOT NULL', [fit])) {
      throw new AppError(
        'export-fit-deleted',
        `The export was ranked by fit ${fit}, which is deleted`,
        `bring it back with \`fits --restore ${fit}\` and try again`,
        { file: workspace.path },
      );
    }
    await checkFit(workspace, fit);
  }
}

/** Rewrites what every single ranking is made by, in the order in which they are ranked. */
function mapAsks(ask: JobAsk, map: (ask: AskSpec, at: number) => AskSpec): JobAsk {
  if ('offers' in ask) {
    const offers = ask.offers.offers.map((offer, at) =>
      'tuned' in offer ? { ...offer, ...map({ tuned: offer.tuned }, at) } : offer,
    );
    return { offers: { ...ask.offers, offers } };
  }
  const { target } = ask;
  if (!('instructions' in target)) return { target: map(target, 0) };
  const instructions = Object.entries(target.instructions).map(([name, one], at) => [name, map(one, at)] as const);
  return { target: { ...target, instructions: Object.fromEntries(instructions) } };
}
