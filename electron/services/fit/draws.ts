import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random draws that depend on the seed and the stream alone; streams of one seed are independent of each other. */
export class Draws {
  private readonly generator;

  /**
   * @param seed any integer of 32 bits
   * @param stream 0, 1, …
   */
  constructor(seed: number, stream: number) {
    this.generator = xoroshiro128plus(seed);
    // The first jump also takes seeds that differ in a bit far away from each other.
    for (let jump = 0; jump <= stream; jump++) this.generator.jump();
  }

  /** A number from `low` up to, but not including, `high`. */
  between(low: number, high: number): number {
    return low + (high - low) * uniformFloat64(this.generator);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return uniformFloat64(this.generator) < probability;
  }

  /** An integer 0 .. count - 1. */
  below(count: number): number {
    return uniformInt(this.generator, 0, count - 1);
  }

  /** One of the options; there is at least one. */
  one<T>(options: readonly T[]): T {
    return options[this.below(options.length)]!;
  }

  /** `count` different ones of the numbers, or all where there are fewer, ascending. Partial Fisher–Yates shuffle. */
  some(numbers: ArrayLike<number>, count: number): Int32Array {
    const shuffled = Int32Array.from(numbers);
    const size = Math.min(count, shuffled.length);
    for (let at = 0; at < size; at++) {
      const from = at + this.below(shuffled.length - at);
      [shuffled[at], shuffled[from]] = [shuffled[from]!, shuffled[at]!];
    }
    return shuffled.slice(0, size).sort();
  }
}
