import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addFitOption, parseFit } from '../../electron/cli/fit-option.js';
import { parseRecipe } from '../../electron/services/recipe/recipe.js';

describe('the choice of a fit', () => {
  it('is left open unless one is named', () => {
    const options = (...args: string[]) => addFitOption(new Command()).parse(args, { from: 'user' }).opts()['fit'];
    expect(options()).toBeUndefined();
    expect(parseFit(undefined)).toBeUndefined();
    expect(options('--fit', '3')).toBe('3');
  });

  it('reads a number, current and none, and refuses the rest', () => {
    expect([parseFit('12'), parseFit('current'), parseFit('none')]).toEqual([12, 'current', 'none']);
    for (const text of ['0', '-1', '1.5', 'newest', ''])
      expect(() => parseFit(text)).toThrow(expect.objectContaining({ code: 'option-invalid' }));
  });

  it('stands in a recipe', () => {
    const recipe = (fit?: unknown) =>
      parseRecipe(
        JSON.stringify({
          recipe: 1,
          workspace: 'shop.instructue',
          sources: [{ source: 'purchases', file: 'bills.csv' }],
          ...(fit !== undefined && { fit }),
          ask: { target: { instruction: 'customers who buy tea' } },
          export: { file: 'tea.csv' },
        }),
        'recipe.json',
      ).fit;
    expect([recipe(), recipe('none'), recipe(2)]).toEqual(['current', 'none', 2]);
    expect(() => recipe(0)).toThrow(expect.objectContaining({ code: 'recipe-invalid' }));
  });
});
