import type { EventBlock } from '../index/event-block.js';

/** Positions among a customer's events, from 0. */
export type Positions = readonly number[];

/**
 * One customer several times over, each time without some of its events.
 * @param block holds the customer at `at`
 * @param leftOut the positions that each variant lacks
 */
export function variantsOf(block: EventBlock, at: number, leftOut: readonly Positions[]): EventBlock {
  const [from, to] = [block.start[at]!, block.start[at + 1]!];
  const sets = leftOut.map((positions) => new Set(positions));
  const total = sets.reduce((sum, { size }) => sum + to - from - size, 0);
  const variants: EventBlock = {
    customers: leftOut.length,
    start: new Uint32Array(leftOut.length + 1),
    string: new Uint32Array(total),
    n: new Uint32Array(total),
    value: new Float32Array(total),
    recency: new Float32Array(total),
  };
  let next = 0;
  sets.forEach((without, variant) => {
    for (let event = from; event < to; event++) {
      if (without.has(event - from)) continue;
      variants.string[next] = block.string[event]!;
      variants.n[next] = block.n[event]!;
      variants.value[next] = block.value[event]!;
      variants.recency[next++] = block.recency[event]!;
    }
    variants.start[variant + 1] = next;
  });
  return variants;
}
