import type { MapColours } from '../electron/ipc/map.js';

/** Shades of a scale from low to high, readable on either ground. */
const SCALES = {
  light: ['#cdd7ea', '#a9bee8', '#84a3e4', '#6186dd', '#4569cf', '#3150b8', '#213a96', '#13276e'],
  dark: ['#39435a', '#415583', '#4d6bab', '#6086d4', '#7fa2ee', '#a5c0f8', '#cfdefd', '#ffffff'],
};
/** Colours of categories (Tableau 10), lighter ones first on dark ground would not differ more. */
const CATEGORIES: readonly string[] = [
  '#4e79a7',
  '#f28e2b',
  '#59a14f',
  '#e15759',
  '#b07aa1',
  '#3aa7a3',
  '#d4a514',
  '#9c755f',
  '#ff7f8e',
  '#8a96a8',
  '#2f55d4',
  '#a3bf3b',
];
/** Where the shades begin when only the highest values matter: shares of the customers below. */
const TIP = [0, 0.5, 0.7, 0.8, 0.88, 0.93, 0.96, 0.985];
/** The colour of a category, or of a group of the map, by its place. */
export const categoryColour = (at: number): string => CATEGORIES[at % CATEGORIES.length]!;
/** What the service calls the category of all that are too many to be told apart. */
export const OTHERS = '…';
const UNKNOWN = { light: '#e3e6eb', dark: '#2c323d' };

/** Customers of one colour. */
export interface ColourClass {
  colour: string;
  /** Name of the category; undefined on a scale, null for customers of whom the value is unknown. */
  name: string | null | undefined;
  /** x and y of its customers, [customers, 2]. */
  points: Float32Array;
}

/**
 * What the colours mean: categories by name, or a scale between two numbers. `last` counts customers in the last shade,
 * where it is meant for few: of a thing that everybody has, it holds them all.
 */
export interface Classes {
  classes: ColourClass[];
  scale: { low: number; high: number; shades: string[]; last?: number } | undefined;
}

/**
 * Splits customers into classes of one colour each: their category, or an eighth of the range of values. Scales by
 * quantile, or when `tip` most shades for the highest values alone. The unknown ones come first, so that they are drawn below the others, then low to high.
 */
export function classesOf(
  positions: Float32Array,
  { values, categories }: MapColours,
  theme: 'light' | 'dark',
  tip: boolean,
): Classes {
  const shades = SCALES[theme];
  const edges = categories ? undefined : edgesOf(values, shades.length, tip);
  const classOf = (value: number): number => {
    if (Number.isNaN(value)) return -1;
    return edges ? edges.findLastIndex((edge) => value >= edge) : Math.round(value);
  };
  const numbers = Int16Array.from(values, classOf);
  const colours = categories ? categories.map((_, at) => categoryColour(at)) : shades;
  const classes = [-1, ...colours.keys()].map((number) => ({
    colour: number < 0 ? UNKNOWN[theme] : colours[number]!,
    name: number < 0 ? null : categories?.[number],
    points: pointsOf(positions, numbers, number),
  }));
  const last = tip ? numbers.filter((number) => number === shades.length - 1).length : undefined;
  return {
    classes: classes.filter(({ points }) => points.length > 0),
    scale:
      edges && Number.isFinite(edges[0])
        ? { ...rangeOf(values), shades, ...(last !== undefined && { last }) }
        : undefined,
  };
}

function pointsOf(positions: Float32Array, numbers: Int16Array, number: number): Float32Array {
  const points = new Float32Array(2 * numbers.reduce((sum, one) => sum + Number(one === number), 0));
  let at = 0;
  for (let customer = 0; customer < numbers.length; customer++) {
    if (numbers[customer] !== number) continue;
    points[at++] = positions[2 * customer]!;
    points[at++] = positions[2 * customer + 1]!;
  }
  return points;
}

function rangeOf(values: Float32Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Lower edges of the classes; the first is below every value. */
function edgesOf(values: Float32Array, count: number, tip: boolean): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return Array.from(
    { length: count },
    (_, at) => sorted[Math.floor((tip ? TIP[at]! : at / count) * sorted.length)] ?? NaN,
  );
}

/** Numbers of the customers inside a polygon (even-odd rule); corners are x, y pairs in the map's own units. */
export function customersInside(positions: Float32Array, corners: [number, number][]): Uint32Array<ArrayBuffer> {
  const inside: number[] = [];
  for (let customer = 0; 2 * customer < positions.length; customer++) {
    const [x, y] = [positions[2 * customer]!, positions[2 * customer + 1]!];
    let isIn = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const [[xi, yi], [xj, yj]] = [corners[i]!, corners[j]!];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) isIn = !isIn;
    }
    if (isIn) inside.push(customer);
  }
  return Uint32Array.from(inside);
}
