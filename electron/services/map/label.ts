import { sampleEvents } from '../index/read-index.js';
import type { Workspace } from '../workspace/workspace.js';

/** Customers whose events are counted. */
const SAMPLE = 20_000;
const WORDS = 3;
/** Pseudo-customers that pull rare strings towards no lift. */
const PRIOR = 5;
/** Least share of a cluster's customers that a word must be true of. */
const LEAST_SHARE = 0.08;
/** A level or a summary ("high number of purchases") says less than a thing does. */
const SUMMARY_KINDS = new Set([2, 3]);
const SUMMARY_DISCOUNT = 0.4;

/** What tells a cluster's customers from the rest. */
export interface ClusterLabel {
  cluster: number;
  /** Customers in the whole map. */
  customers: number;
  /** The customers' own strings with the largest lift, the largest first; `share` of the cluster, `base` of all. */
  words: { text: string; share: number; base: number }[];
}

/**
 * Names clusters by the customers' own strings: those with the largest share × log lift over the base, smoothed by
 * PRIOR customers, counted on evenly spaced customers.
 * @param clusters of every customer, [customers]
 */
export async function labelClusters(workspace: Workspace, clusters: Uint8Array): Promise<ClusterLabel[]> {
  const total = clusters.length;
  const size = Math.min(total, SAMPLE);
  const block = await sampleEvents(workspace, total, SAMPLE);
  const strings = await workspace.all<{ text: string; kind: number }>('SELECT text, kind FROM strings ORDER BY string');
  const count = clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const owners = Array.from({ length: count }, () => new Uint32Array(strings.length));
  const members = new Uint32Array(count);
  for (let row = 0; row < block.customers; row++) {
    const cluster = clusters[Math.floor((row * total) / size)]!;
    members[cluster]!++;
    for (let event = block.start[row]!; event < block.start[row + 1]!; event++)
      owners[cluster]![block.string[event]!]!++;
  }
  const all = new Uint32Array(count);
  for (const cluster of clusters) all[cluster]!++;
  const base = Float64Array.from(strings, (_, s) => owners.reduce((sum, own) => sum + own[s]!, 0) / block.customers);
  return owners.map((own, cluster) => ({
    cluster,
    customers: all[cluster]!,
    words: bestWords(own, members[cluster]!, base, strings),
  }));
}

function bestWords(
  own: Uint32Array,
  members: number,
  base: Float64Array,
  strings: readonly { text: string; kind: number }[],
): ClusterLabel['words'] {
  const scored: { string: number; score: number }[] = [];
  for (let string = 0; string < own.length; string++) {
    if (own[string]! < LEAST_SHARE * members || own[string]! < 2) continue;
    const share = (own[string]! + PRIOR * base[string]!) / (members + PRIOR);
    const lift = Math.log(share / base[string]!);
    if (lift <= 0) continue;
    const worth = SUMMARY_KINDS.has(strings[string]!.kind) ? SUMMARY_DISCOUNT : 1;
    scored.push({ string, score: worth * Math.sqrt(share) * lift });
  }
  scored.sort((a, b) => b.score - a.score || a.string - b.string);
  const texts = new Set<string>();
  const best: ClusterLabel['words'] = [];
  for (const { string } of scored) {
    const { text } = strings[string]!;
    if (texts.has(text)) continue;
    texts.add(text);
    best.push({ text, share: own[string]! / members, base: base[string]! });
    if (best.length === WORDS) break;
  }
  return best;
}
