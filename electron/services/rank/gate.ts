import { eventsOf } from '../index/event-block.js';
import { GATES, similarity } from './embedding.js';
import { verdictOf, type HeldBack } from './held-back-owners.js';
import type { Owners } from './prepare-look-alike.js';
import type { Readout } from './readout.js';
import { isNamed, type Side } from './side.js';

/** Customers of a half who are read to judge the gate: of more, some owners and some others. */
const MOST = 1024;
/**
 * AUC that opening must gain by more than a standard error: a fit learned from most of the customers who judge, and on them
 * looks better than on others.
 */
const LEAST_GAIN = 0.02;

/**
 * How far the learned path is open beside the evidence and likeness. Where the instruction names a thing that some have, its
 * owners held back say so, as they do of likeness. Where it names a theme, the fit's held-back questions do (docs/fit.md);
 * none of those asks about what is not in the data at all, so that there it stays shut.
 * @param gates of the fit: where an instruction asks to foresee, and where it names what customers have
 */
export async function openGate(
  gates: { gate: number; namedGate: number },
  wanted: Side,
  owners: Owners,
  readout: Readout,
): Promise<number> {
  const { presence, sureness, heldBack } = owners;
  const ofTheme = isNamed(wanted) ? gates.namedGate : gates.gate;
  const ofThing = heldBack.length > 0 ? await judgedGate(owners, readout, wanted.read.answer) : 0;
  return sureness * ofThing + (presence - sureness) * ofTheme;
}

/** The narrowest gate within a standard error of the best AUC of owners held back; shut where that gains too little. */
async function judgedGate({ heldBack, lookAlike }: Owners, readout: Readout, answer: Float32Array): Promise<number> {
  const { scale, spread } = lookAlike ?? { scale: 0, spread: 1 };
  const halves = [];
  for (const half of heldBack) {
    const { events, owned, evidence, alike } = someOf(half);
    const learned = await readout.embed(events);
    const joined = evidence.map((value, at) => (value + scale * alike[at]!) / spread);
    halves.push({ owned, scores: GATES.map((gate) => similarity(joined, learned, answer, gate)) });
  }
  const { auc, error } = verdictOf(halves);
  const best = auc.indexOf(Math.max(...auc));
  const narrowest = GATES.findIndex((_, at) => auc[best]! - auc[at]! <= error(best, at));
  return auc[narrowest]! - auc[0]! - error(narrowest, 0) > LEAST_GAIN ? GATES[narrowest]! : 0;
}

/** At most MOST customers of a half, evenly spaced; owners are half of them where there are enough. */
function someOf(half: HeldBack): HeldBack {
  if (half.owned.length <= MOST) return half;
  const places = [...half.owned.keys()];
  const owners = spaced(places.filter((at) => half.owned[at]! > 0), MOST / 2); // prettier-ignore
  const rest = spaced(places.filter((at) => half.owned[at] === 0), MOST - owners.length); // prettier-ignore
  const chosen = [...owners, ...rest].sort((a, b) => a - b);
  return {
    events: eventsOf(half.events, chosen),
    owned: chosen.map((at) => half.owned[at]!),
    evidence: Float32Array.from(chosen, (at) => half.evidence[at]!),
    alike: Float64Array.from(chosen, (at) => half.alike[at]!),
  };
}

function spaced(places: readonly number[], most: number): number[] {
  const count = Math.min(most, places.length);
  return Array.from({ length: count }, (_, at) => places[Math.floor((at * places.length) / count)]!);
}
