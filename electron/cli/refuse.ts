import type { Command } from 'commander';
import { AppError } from '../services/errors.js';

/** The options written on the command line, as they are written. */
export function givenOptions(command: Command): string[] {
  return command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map(({ long, flags }) => long ?? flags);
}

/**
 * Refuses options that a command would not use beside others that were given: nothing that a person asks for is passed over
 * in silence.
 * @param why why they would not be used, as the end of a sentence
 * @throws AppError option-invalid
 */
export function refuseOptions(command: Command, unused: readonly string[], why: string): void {
  const given = givenOptions(command).find((option) => unused.includes(option));
  if (given === undefined) return;
  throw new AppError('option-invalid', `${given} would be ignored: ${why}`, 'leave it out');
}

/** As `refuseOptions`, of all options but those that are used. */
export function allowOptions(command: Command, used: readonly string[], why: string): void {
  const unused = givenOptions(command).filter((option) => !used.includes(option));
  refuseOptions(command, unused, why);
}
