import type { z } from 'zod';
import type { Failure } from './message.js';

const figure = (value: number | bigint): string => new Intl.NumberFormat('en-GB').format(value);

/** A request or an answer that does not fit its schema, in a sentence that names the field and its limit. */
export function misfit({ issues: [issue] }: z.ZodError): Failure {
  return {
    code: 'misfit',
    message: issue ? sentence(issue) : 'What was given does not fit',
    remedy: 'change it and try again; if that does not help, report it with the copied text',
    place: {},
  };
}

function sentence(issue: z.core.$ZodIssue): string {
  const { isOne, field } = fieldOf(issue.path);
  const subject = isOne ? `One of the ${field}` : `The ${field}`;
  if (issue.code === 'too_big') {
    const most = figure(issue.maximum);
    if (issue.origin === 'string') return `${subject} is too long: ${most} characters are the most`;
    if (issue.origin === 'array') return `Too many ${field}: ${most} are the most`;
    return `${subject} cannot be above ${most}`;
  }
  if (issue.code === 'too_small') {
    const least = figure(issue.minimum);
    if (issue.origin === 'string') return `${subject} is too short: ${least} characters are the least`;
    if (issue.origin === 'array') return `Too few ${field}: ${least} are the least`;
    return `${subject} must be ${issue.inclusive ? 'at least' : 'above'} ${least}`;
  }
  return `${subject} does not fit what is expected there`;
}

/** holdoutPercent → holdout percent; the last name of the path, which an item of a list has none of. */
function fieldOf(path: readonly PropertyKey[]): { field: string; isOne: boolean } {
  const name = path.findLast((part) => typeof part === 'string') ?? 'request';
  return {
    field: name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    isOne: typeof path.at(-1) === 'number',
  };
}
