import { describe, expect, it } from 'vitest';
import { LAID_OUT, project } from '../../../electron/services/map/project.js';

/** Customers around two points far apart, alternating: even ones at 0, odd ones at 20, in five numbers each. */
function twoKinds(customers: number) {
  const width = 5;
  const features = Float32Array.from({ length: customers * width }, (_, at) => {
    const customer = Math.floor(at / width);
    return (customer % 2) * 20 + Math.sin(12.9898 * at);
  });
  return { customers, width, features };
}

/** Share of the customers who are of the kind that most of their cluster is of. */
function purity(clusters: Uint8Array): number {
  const counts = new Map<number, [number, number]>();
  clusters.forEach((cluster, customer) => {
    const kinds = counts.get(cluster) ?? [0, 0];
    kinds[customer % 2]! += 1;
    counts.set(cluster, kinds);
  });
  return [...counts.values()].reduce((sum, kinds) => sum + Math.max(...kinds), 0) / clusters.length;
}

describe('the projection of customers', () => {
  it('keeps alike customers together and others apart, the same way each time', () => {
    const { positions, clusters } = project(twoKinds(400), () => undefined);
    const middle = (odd: number, axis: number) =>
      Array.from({ length: 200 }, (_, i) => positions[2 * (2 * i + odd) + axis]!).reduce((a, b) => a + b) / 200;
    const spread = (odd: number) =>
      Array.from({ length: 200 }, (_, i) =>
        Math.hypot(positions[2 * (2 * i + odd)]! - middle(odd, 0), positions[2 * (2 * i + odd) + 1]! - middle(odd, 1)),
      ).reduce((a, b) => a + b) / 200;
    const between = Math.hypot(middle(0, 0) - middle(1, 0), middle(0, 1) - middle(1, 1));
    expect(between).toBeGreaterThan(2 * Math.max(spread(0), spread(1)));
    expect(positions.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(purity(clusters)).toBeGreaterThan(0.8);
    expect(project(twoKinds(400), () => undefined).positions).toEqual(positions);
  });

  it('places customers beyond those laid out among their like', () => {
    const customers = LAID_OUT + 200;
    const stages = new Set<string>();
    const { positions, clusters } = project(twoKinds(customers), ({ stage }) => stages.add(stage));
    expect(positions.every(Number.isFinite)).toBe(true);
    expect(purity(clusters)).toBeGreaterThan(0.95);
    expect([...stages]).toEqual(['find neighbours', 'lay out customers', 'place customers', 'find groups']);
  });

  it('takes a handful of customers, and one', () => {
    expect(project(twoKinds(7), () => undefined).positions.every(Number.isFinite)).toBe(true);
    expect(project(twoKinds(1), () => undefined)).toMatchObject({ clusters: Uint8Array.of(0) });
  });
});
