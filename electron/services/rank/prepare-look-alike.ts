import type { Engine } from '../../engine/engine.js';
import type { EventBlock } from '../index/event-block.js';
import { readCustomers, sampledCustomers } from '../index/read-index.js';
import { KIND } from '../index/scale.js';
import type { Workspace } from '../workspace/workspace.js';
import { readChoices, readColumns } from './columns.js';
import { holdBack, type HeldBack } from './held-back-owners.js';
import { judgedLoudness } from './look-alike-loudness.js';
import { learnLookAlike, likeness, type LookAlike } from './look-alike.js';
import { meantStrings, type Meant } from './meant.js';
import type { Direction } from './question.js';
import { moments } from './row-scale.js';
import { featuresOf, prepareEvidence, type Evidence, type Side } from './side.js';
import { halfway, largestOf } from './similarity.js';

/** Directions under which those who have what is named show whom the instruction is about. */
const OWNING: ReadonlySet<Direction> = new Set(['present', 'high']);
/** Strings that tell a reader whom customers are likened to. */
const NAMED = 3;
/** Owners of the whole base that are learned from, beside those of the sample. */
const MORE_OWNERS = 2048;

/** Whom customers are likened to. */
export interface LikeTo {
  /** Texts of what they have, the nearest to the instruction first. */
  having: string[];
  /** How many of them were learned from. */
  owners: number;
}

/** A look-alike model, and how it joins the evidence: (evidence + scale × likeness) / spread. */
export interface WeighedLookAlike extends LookAlike, LikeTo {
  /** What a deviation of likeness is worth beside the evidence. */
  scale: number;
  /** What leaves the sum with the deviation of the evidence alone. */
  spread: number;
}

/** What the owners of what a side names say. */
export interface Owners extends Pick<Meant, 'presence' | 'sureness'> {
  /** Owners held back, with those who own nothing; none where likeness to owners does not count or they are too few. */
  heldBack: HeldBack[];
  /** Likeness to them; undefined where it does not count, or hardly anybody has anything near what is named. */
  lookAlike: WeighedLookAlike | undefined;
}

/**
 * Likeness to the owners of what a side names. It counts where the instruction is about having something, as far as that is
 * surely in the data, and as loud as owners held back say.
 * @param sample of the `total` encoded customers
 */
export async function prepareLookAlike(
  workspace: Workspace,
  engine: Engine,
  side: Side,
  sample: EventBlock,
  total: number,
): Promise<Owners> {
  const { scores, cosines, read } = side;
  const { degree, presence, sureness } = meantStrings(await ofOwned(workspace, nearness(side)));
  const none = { presence, sureness, heldBack: [], lookAlike: undefined };
  if (sureness === 0 || !OWNING.has(read.understanding.direction)) return none;
  const base = {
    events: await withMoreOwners(workspace, sample, total, degree),
    columns: await readColumns(workspace),
    choices: await readChoices(workspace),
    kind: scores.facts.kind,
    degree,
  };
  const excluded = scores.namedNot.filter((one) => one !== undefined);
  const evidenceOf = (evidence: Evidence, block: EventBlock): Promise<Float32Array> =>
    engine.evidence(featuresOf(evidence, block), evidence.context);
  const heldBack = await holdBack(base, excluded, async (learned, asked) =>
    evidenceOf(await prepareEvidence(read.directions, cosines, scores.facts, learned), asked),
  );
  if (heldBack.length === 0) return none;
  const evidence = Float64Array.from(await evidenceOf(side, sample));
  const { deviation } = moments(evidence);
  const loudness = judgedLoudness(heldBack, deviation);
  const learned = loudness > 0 ? await learnLookAlike(base, excluded) : undefined;
  if (!learned) return { ...none, heldBack };
  const scale = sureness * loudness * deviation;
  const alike = likeness(learned, sample);
  const spread = moments(evidence.map((value, at) => value + scale * alike[at]!)).deviation / deviation;
  return { ...none, heldBack, lookAlike: { ...learned, scale, spread, having: await nearestTexts(workspace, degree) } };
}

/** Cosine of every string with what is wanted: with the nearest phrase and the whole, half of either, or with the whole alone. */
function nearness({ cosines: { wanted, whole } }: Side): Float64Array {
  const nearest = largestOf(wanted);
  return whole ? largestOf([halfway(nearest, whole), whole]) : nearest;
}

/** The cosines of strings that somebody has; after a refresh there may be others. Nobody owns a level or a summary. */
async function ofOwned(workspace: Workspace, cosine: Float64Array): Promise<Float64Array> {
  const left = await workspace.all<{ string: number }>(
    `SELECT string FROM strings WHERE df = 0 OR kind IN (${KIND.bin}, ${KIND.aggregate})`,
  );
  const result = cosine.slice();
  for (const { string } of left) result[string] = -1;
  return result;
}

async function nearestTexts(workspace: Workspace, degree: Float64Array): Promise<string[]> {
  const nearest = [...degree.keys()].sort((a, b) => degree[b]! - degree[a]! || a - b).slice(0, NAMED);
  const meant = nearest.filter((string) => degree[string]! > 0);
  const rows = await workspace.all<{ text: string }>(
    `SELECT text FROM strings WHERE string IN (${meant.join(', ')}) ORDER BY list_position([${meant.join(', ')}], string)`,
  );
  return [...new Set(rows.map(({ text }) => text))];
}

/** In a large base few of a rare thing's owners are in the sample: others are added, chosen by a hash of their numbers. */
async function withMoreOwners(
  workspace: Workspace,
  sample: EventBlock,
  total: number,
  degree: Float64Array,
): Promise<EventBlock> {
  if (total <= sample.customers) return sample;
  const strings = [...degree.keys()].filter((string) => degree[string]! > 0);
  const sampled = sampledCustomers(total, sample.customers);
  // Those of the sample are taken out here: a list of thousands would be compared with every event.
  const owners = await workspace.all<{ customer: number }>(
    `SELECT customer FROM (SELECT DISTINCT customer FROM events WHERE string IN (${strings.join(', ')}))
     ORDER BY md5(customer::VARCHAR) LIMIT ${MORE_OWNERS}`,
  );
  const chosen = [...new Set([...sampled, ...owners.map(({ customer }) => customer)])].sort((a, b) => a - b);
  return (await readCustomers(workspace, chosen, 0)).events;
}
