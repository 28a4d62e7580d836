import { describe, expect, it } from 'vitest';
import { folds, withinParts } from '../../../electron/services/tune/folds.js';
import { solveLarge } from '../../../electron/services/tune/conjugate.js';
import type { BlockName, Design } from '../../../electron/services/tune/design.js';
import { targetsOf } from '../../../electron/services/tune/learn.js';
import { fitMixture } from '../../../electron/services/tune/posterior.js';
import { principal } from '../../../electron/services/tune/principal.js';
import { kernelOf } from '../../../electron/services/tune/products.js';

describe('folds', () => {
  it('hold every example once, both classes somewhere, and differ from round to round', () => {
    const answers = Array.from({ length: 23 }, (_, at) => (at % 3 === 0 ? 1 : 0) as 0 | 1);
    const parts = folds(answers, 5);
    expect(parts.flat().sort((a, b) => a - b)).toEqual(answers.map((_, at) => at));
    expect(folds(answers, 5)).toEqual(parts);
    expect(folds(answers, 5, 1)).not.toEqual(parts);
    const smallest = folds([1, 1, 0, 0], 5);
    expect(withinParts(smallest, Float64Array.of(1, 1, 0, 0), [1, 1, 0, 0])).toBe(1);
    expect(withinParts(smallest, Float64Array.of(0, 0, 0, 0), [1, 1, 0, 0])).toBe(0.5);
  });
});

describe('principal', () => {
  it('finds the directions and deviations of a known matrix', () => {
    // Rows along two axes with deviations 3 and 1 of four columns.
    const rows = Array.from({ length: 40 }, (_, i) => [3 * (i % 2 ? 1 : -1), i % 4 < 2 ? 1 : -1, 0, 0]);
    const found = principal(
      {
        rows: 40,
        columns: 4,
        times: (table, width) =>
          Float64Array.from({ length: 40 * width }, (_, at) => {
            const row = rows[Math.floor(at / width)]!;
            return row.reduce((sum, value, k) => sum + value * table[k * width + (at % width)]!, 0);
          }),
        transposedTimes: (table, width) =>
          Float32Array.from({ length: 4 * width }, (_, at) =>
            rows.reduce((sum, row, i) => sum + row[Math.floor(at / width)]! * table[i * width + (at % width)]!, 0),
          ),
      },
      3,
    );
    expect(found.width).toBe(2);
    expect(found.deviation[0]).toBeCloseTo(3, 5);
    expect(found.deviation[1]).toBeCloseTo(1, 5);
    expect(Math.abs(found.directions[0]!)).toBeCloseTo(1, 5);
  });
});

describe('many examples', () => {
  it('are solved by conjugate gradients as few are by Cholesky', () => {
    const count = 60;
    const features = Float64Array.from({ length: count * 3 }, (_, at) => Math.sin(at * 1.7));
    const answers = Array.from({ length: count }, (_, at) => (features[at * 3]! > 0.2 ? 1 : 0) as 0 | 1);
    const design: Design = {
      columns: { strings: 2, count: 4, valueOf: Uint32Array.of(2, 3) },
      prior: Float64Array.from({ length: count }, (_, at) => Math.cos(at)),
      score: { mean: 0, deviation: 1 },
      scale: new Float64Array(4).fill(1),
      mean: Float64Array.of(0.2, 0.1, 0, 0),
      rows: {
        start: Uint32Array.from({ length: count + 1 }, (_, at) => at),
        column: Uint32Array.from({ length: count }, (_, at) => at % 4),
        value: new Float64Array(count).fill(0.7),
      },
      blocks: [{ name: 'text', input: 3, width: 3, mean: new Float64Array(3), map: new Float32Array(9), features }],
    };
    const names: BlockName[] = ['strings', 'text'];
    const setting = { slope: 0.2, variances: [0.3, 0.5], belief: 0 };
    const targets = targetsOf(design, answers, 0);
    const [exact] = fitMixture({ ...targets, kernels: names.map((name) => kernelOf(design, name)) }, [setting]);
    const [large] = solveLarge(design, targets, [{ setting, weight: 1, dual: new Float64Array(0) }], names);
    large!.dual.forEach((value, at) => expect(value).toBeCloseTo(exact!.dual[at]!, 4));
  });
});
