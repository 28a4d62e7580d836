import { AppError } from '../errors.js';

/** Money of a campaign, all in the same currency. */
export interface CampaignValue {
  valuePerConversion: number;
  costPerContact: number;
  /** Most that may be spent on contacts. */
  budget?: number;
}

/** What contacting the best `count` customers is expected to bring. */
export interface ValuePoint {
  count: number;
  conversions: number;
  cost: number;
  profit: number;
}

export interface ValueCurve {
  /** Evenly spaced cuts from nobody to everybody. */
  points: ValuePoint[];
  /** The cut of highest profit within the budget; the smallest of equals. */
  optimum: ValuePoint;
  /** Most customers the budget reaches. */
  affordable: number;
}

/**
 * Expected profit of every cut: Σ probability · value − count · cost. `probabilities` (0..1) come in contact order.
 * @throws AppError `value-negative` for a value, cost or budget that is not a number of at least 0.
 */
export function valueCurve(probabilities: Float64Array, value: CampaignValue, points = 200): ValueCurve {
  const { valuePerConversion, costPerContact, budget = Number.POSITIVE_INFINITY } = value;
  for (const [name, amount] of Object.entries({ valuePerConversion, costPerContact, budget })) {
    if (!(amount >= 0)) {
      throw new AppError('value-negative', `${name} is ${amount}`, 'give amounts of at least 0', { column: name });
    }
  }
  const total = probabilities.length;
  const affordable = costPerContact > 0 ? Math.min(total, Math.floor(budget / costPerContact + 1e-9)) : total;
  const at = (count: number, conversions: number): ValuePoint => ({
    count,
    conversions,
    cost: count * costPerContact,
    profit: conversions * valuePerConversion - count * costPerContact,
  });
  const steps = Math.min(points, total);
  const wanted = new Set(Array.from({ length: steps + 1 }, (_, i) => (steps ? Math.round((i * total) / steps) : 0)));
  const curve = [at(0, 0)];
  let optimum = curve[0]!;
  let conversions = 0;
  for (let count = 1; count <= total; count++) {
    conversions += probabilities[count - 1]!;
    const point = at(count, conversions);
    if (count <= affordable && point.profit > optimum.profit) optimum = point;
    if (wanted.has(count)) curve.push(point);
  }
  return { points: curve, optimum, affordable };
}
