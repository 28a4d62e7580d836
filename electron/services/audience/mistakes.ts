import type { z } from 'zod';

/** What does not fit a schema. */
export interface Mistake {
  /** Keys down to it, joined by dots; "the top" for the whole. */
  where: string;
  message: string;
}

/**
 * The mistakes in a file that a person wrote. Where one of several forms would do, those of the form that comes closest
 * (the fewest mistakes): "Invalid input" would say of a mistyped key only that no form fits.
 */
export function mistakesIn(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[] = []): Mistake[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    const forms = issue.code === 'invalid_union' ? issue.errors.map((form) => mistakesIn(form, path)) : [];
    const [closest] = forms.sort((a, b) => a.length - b.length);
    return closest ?? [{ where: path.map(String).join('.') || 'the top', message: issue.message }];
  });
}

/** All mistakes in one sentence. */
export function listMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(({ where, message }) => `at ${where}: ${message}`).join('; ');
}
