import { kmeans } from 'ml-kmeans';
import { UMAP } from 'umap-js';
import type { Progress } from '../task.js';
import { alongPrincipal } from './principal.js';

/** Customers that UMAP itself lays out; the others are placed among them. */
export const LAID_OUT = 4000;
/** Neighbours that UMAP keeps together, and that place a customer among those laid out. */
const NEIGHBOURS = 15;
const PLACED_BY = 5;
const EPOCHS = 200;
const SEED = 20251;
/** Customers between two reports. */
const REPORT_EVERY = 2000;

/** What customers are projected by. */
export interface ProjectionInput {
  customers: number;
  /** Numbers of each customer. */
  width: number;
  /** Any real numbers of comparable scale, [customers, width]. */
  features: Float32Array;
  /** Principal directions of the features that alone count; all of the features where it is missing. */
  directions?: number;
}

export interface Projection {
  /** x and y of every customer, each within 0..1, [customers, 2]. */
  positions: Float32Array;
  /** Cluster of every customer, [customers]. */
  clusters: Uint8Array;
  /** Middle of each cluster, x and y, [clusters, 2]. */
  centres: Float32Array;
}

/**
 * Lays customers out in the plane so that those who are alike lie together: UMAP (McInnes, Healy & Melville 2018) of at
 * most LAID_OUT evenly spaced customers, each other customer at the mean of its nearest ones there, weighted by
 * 1 / distance; then k-means of the plane. The same input gives the same map.
 */
export function project(told: ProjectionInput, progress: (report: Progress) => void): Projection {
  const { customers, directions } = told;
  const input = directions ? alongPrincipal(told, directions) : told;
  const size = Math.min(customers, LAID_OUT);
  const chosen = Array.from({ length: size }, (_, i) => Math.floor((i * customers) / size));
  const laidOut = withinUnit(layOut(input, chosen, progress));
  const positions = place(input, chosen, laidOut, progress);
  progress({ stage: 'find groups', done: 0, total: 1 });
  const groups = kmeans(laidOut, clusterCount(size), { initialization: 'kmeans++', seed: SEED });
  const centres = Float32Array.from(groups.centroids.flat());
  return { positions, centres, clusters: nearestCentre(positions, centres) };
}

/** Few enough groups to read, more where there are many customers; at least one. */
function clusterCount(customers: number): number {
  return Math.min(12, Math.max(1, Math.round(Math.sqrt(customers) / 4)), customers);
}

function rowOf({ features, width }: ProjectionInput, customer: number): number[] {
  return Array.from(features.subarray(customer * width, (customer + 1) * width));
}

/** Positions of the chosen customers, in UMAP's own scale. Too few for neighbours lie on a line. */
function layOut(input: ProjectionInput, chosen: number[], progress: (report: Progress) => void): number[][] {
  if (chosen.length <= NEIGHBOURS) return chosen.map((_, i) => [i, 0]);
  progress({ stage: 'find neighbours', done: 0, total: 1 });
  const rows = chosen.map((customer) => rowOf(input, customer));
  const umap = new UMAP({ nNeighbors: NEIGHBOURS, minDist: 0.12, nEpochs: EPOCHS, random: seeded(SEED) });
  const epochs = umap.initializeFit(rows);
  startFromPrincipal(umap.getEmbedding(), rows);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch % 5 === 0) progress({ stage: 'lay out customers', done: epoch, total: epochs });
    umap.step();
  }
  return umap.getEmbedding();
}

/**
 * Moves every customer to where the first two principal directions put it. umap-js starts at random, and from there
 * groups that have nothing in common end up in pieces between each other.
 */
function startFromPrincipal(embedding: number[][], rows: number[][]): void {
  const input = { customers: rows.length, width: rows[0]!.length, features: Float32Array.from(rows.flat()) };
  const { features, width } = alongPrincipal(input, 2);
  const largest = features.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  embedding.forEach((point, at) => {
    for (let axis = 0; axis < width; axis++) {
      // A trace of the random start keeps equal customers apart.
      point[axis] = (10 * features[at * width + axis]!) / largest + point[axis]! * 1e-3;
    }
  });
}

/** Scales both axes alike, so that the map keeps its shape, and centres it in the unit square. */
function withinUnit(points: number[][]): number[][] {
  const [xs, ys] = [points.map(([x]) => x!), points.map(([, y]) => y!)];
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const extent = Math.max(right - left, top - bottom) || 1;
  return points.map(([x, y]) => [0.5 + (x! - (left + right) / 2) / extent, 0.5 + (y! - (bottom + top) / 2) / extent]);
}

function place(
  input: ProjectionInput,
  chosen: number[],
  laidOut: number[][],
  progress: (report: Progress) => void,
): Float32Array {
  const { customers, width, features } = input;
  const positions = new Float32Array(2 * customers);
  const anchors = new Float32Array(chosen.length * width);
  chosen.forEach((customer, at) => {
    anchors.set(features.subarray(customer * width, (customer + 1) * width), at * width);
    positions.set(laidOut[at]!, 2 * customer);
  });
  const isLaidOut = new Uint8Array(customers);
  for (const customer of chosen) isLaidOut[customer] = 1;
  for (let customer = 0; customer < customers; customer++) {
    if (customer % REPORT_EVERY === 0) progress({ stage: 'place customers', done: customer, total: customers });
    if (isLaidOut[customer]) continue;
    positions.set(meanOfNearest(features, customer * width, width, anchors, laidOut), 2 * customer);
  }
  return positions;
}

/** Mean position of the nearest anchors, weighted by 1 / distance. */
function meanOfNearest(
  features: Float32Array,
  from: number,
  width: number,
  anchors: Float32Array,
  laidOut: number[][],
): [number, number] {
  const count = Math.min(PLACED_BY, laidOut.length);
  const distance = new Float64Array(count).fill(Infinity);
  const nearest = new Int32Array(count);
  for (let anchor = 0, at = 0; anchor < laidOut.length; anchor++, at += width) {
    let square = 0;
    const worst = distance[count - 1]!;
    for (let k = 0; k < width && square < worst; k++) square += (features[from + k]! - anchors[at + k]!) ** 2;
    if (square >= worst) continue;
    let slot = count - 1;
    for (; slot > 0 && distance[slot - 1]! > square; slot--) {
      distance[slot] = distance[slot - 1]!;
      nearest[slot] = nearest[slot - 1]!;
    }
    distance[slot] = square;
    nearest[slot] = anchor;
  }
  let [x, y, total] = [0, 0, 0];
  for (let slot = 0; slot < count; slot++) {
    const weight = 1 / (Math.sqrt(distance[slot]!) + 1e-6);
    x += weight * laidOut[nearest[slot]!]![0]!;
    y += weight * laidOut[nearest[slot]!]![1]!;
    total += weight;
  }
  return [x / total, y / total];
}

function nearestCentre(positions: Float32Array, centres: Float32Array): Uint8Array {
  const clusters = new Uint8Array(positions.length / 2);
  for (let customer = 0; customer < clusters.length; customer++) {
    let best = Infinity;
    for (let cluster = 0; 2 * cluster < centres.length; cluster++) {
      const x = positions[2 * customer]! - centres[2 * cluster]!;
      const y = positions[2 * customer + 1]! - centres[2 * cluster + 1]!;
      if (x * x + y * y >= best) continue;
      best = x * x + y * y;
      clusters[customer] = cluster;
    }
  }
  return clusters;
}

/** Uniform numbers in 0..1 that depend on the seed alone: mulberry32 (Ettinger 2017). */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
