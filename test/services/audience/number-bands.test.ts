import { describe, expect, it } from 'vitest';
import { selectionRates } from '../../../electron/services/audience/fairness.js';
import { numberBands } from '../../../electron/services/audience/number-bands.js';

describe('bands of numbers', () => {
  it('hold a fifth of the customers each, and equal numbers together', () => {
    const cells = Array.from({ length: 100 }, (_, i) => String(i * 10));
    expect([...new Set(numberBands(cells))]).toEqual(['0–190', '200–390', '400–590', '600–790', '800–990']);
    const crowded = [...Array<string>(60).fill('0'), ...Array.from({ length: 40 }, (_, i) => `${i + 1}.5`)];
    expect([...new Set(numberBands(crowded))]).toEqual(['0', '1.5–20.5', '21.5–40.5']);
  });

  it('leave few numbers, texts and codes as they are, and empty cells empty', () => {
    const few = Array.from({ length: 100 }, (_, i) => String(i % 12));
    const texts = Array.from({ length: 100 }, (_, i) => `t${i}`);
    const codes = Array.from({ length: 100 }, (_, i) => String(i).padStart(5, '0'));
    for (const cells of [few, texts, codes]) expect(numberBands(cells)).toBe(cells);
    expect(numberBands([null, ' ', ...Array.from({ length: 20 }, (_, i) => String(i))]).slice(0, 2)).toEqual([
      null,
      null,
    ]);
  });

  it('are the groups of selection rates', () => {
    const incomes = Array.from({ length: 200 }, (_, i) => (i === 0 ? null : String(20_000 + i * 7)));
    const { groups } = selectionRates('income', incomes, new Uint8Array(200).fill(1));
    expect(groups).toHaveLength(6);
  });
});
