import { describe, expect, it } from 'vitest';
import { classesOf, customersInside } from '../../renderer/map-classes.js';

const positions = Float32Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? at / 200 : 0.5));

describe('colours of the map', () => {
  it('split numbers by quantile into eighths, and keep the unknown apart', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => (i < 4 ? NaN : i ** 3));
    const { classes, scale } = classesOf(positions, { values, categories: null }, 'light', false);
    expect(classes.map(({ points }) => points.length / 2)).toEqual([4, 12, 12, 12, 12, 12, 12, 12, 12]);
    expect(classes[0]!.name).toBeNull();
    expect(scale).toMatchObject({ low: 64, high: 99 ** 3 });
  });

  it('light up the highest values alone for a phrase', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => i / 100);
    const { classes } = classesOf(positions, { values, categories: null }, 'dark', true);
    expect(classes[0]!.points.length / 2).toBe(50);
    expect(classes.at(-1)!.points.length / 2).toBeLessThanOrEqual(2);
  });

  it('say how many come nearest to a phrase, also when it is nearly everybody', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => (i < 3 ? i / 10 : 1));
    expect(classesOf(positions, { values, categories: null }, 'light', true).scale?.last).toBe(97);
    expect(classesOf(positions, { values, categories: null }, 'light', false).scale).not.toHaveProperty('last');
  });

  it('give each category a colour of its own', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => i % 3);
    const { classes, scale } = classesOf(positions, { values, categories: ['a', 'b', 'c'] }, 'light', false);
    expect(classes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(new Set(classes.map(({ colour }) => colour)).size).toBe(3);
    expect(scale).toBeUndefined();
  });
});

describe('the lasso', () => {
  it('takes the customers inside, whichever way round it was drawn', () => {
    const corners: [number, number][] = [
      [0.1, 0],
      [0.2, 0],
      [0.2, 1],
      [0.1, 1],
    ];
    const inside = customersInside(positions, corners);
    expect([...inside].every((customer) => positions[2 * customer]! > 0.09 && positions[2 * customer]! < 0.21)).toBe(
      true,
    );
    expect(inside.length).toBeGreaterThan(8);
    expect(customersInside(positions, corners.toReversed())).toEqual(inside);
  });
});
