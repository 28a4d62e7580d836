import { CommanderError } from 'commander';
import { AppError, Cancelled, type ErrorPlace } from '../services/errors.js';
import type { Progress, Task } from '../services/task.js';

/** Results go to stdout: as JSON for programs, else as the given lines. */
export function printResult(json: boolean | undefined, result: unknown, lines: string[]): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${lines.join('\n')}\n`);
}

/** A task whose progress goes to stderr and which Ctrl-C cancels, as does whoever ends the process by SIGTERM. */
export function terminalTask(): Task {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  let last = 0;
  const estimate = remainingTime();
  return {
    signal: controller.signal,
    progress(report: Progress) {
      const { stage, done, total } = report;
      const left = estimate(report, Date.now());
      // A report a second is enough for a log; the last one of a stage is always shown.
      if (done !== total && done !== 0 && Date.now() - last < 1000) return;
      last = Date.now();
      process.stderr.write(total > 0 ? `${stage}: ${done} of ${total}${left}\n` : `${stage}: ${done}\n`);
    },
  };
}

/**
 * Tells of every report how long its stage still takes, as `, about 40 s left`; nothing before a tenth of it is done, when
 * the time would jump about, or when its end is not known.
 */
export function remainingTime(): (report: Progress, now: number) => string {
  let began = { stage: '', done: 0, at: 0 };
  return ({ stage, done, total }, now) => {
    // What was done before the stage was first heard of, as in a fit that goes on, took no time of this one.
    if (stage !== began.stage || done < began.done) began = { stage, done, at: now };
    const [gone, whole] = [done - began.done, total - began.done];
    if (gone <= 0 || done >= total || gone < whole / 10) return '';
    const seconds = (((now - began.at) / gone) * (total - done)) / 1000;
    return `, about ${seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`} left`;
  };
}

/** What a failed command says of itself. */
interface Failure {
  code: string;
  message: string;
  remedy?: string;
  place?: ErrorPlace;
}

/** The one line that a failed command leaves on stderr. */
export function errorLine(error: unknown): string {
  const { message, remedy, place = {} } = failureOf(error);
  return `error: ${message}${remedy === undefined ? '' : ` — ${remedy}`}${placeText(place)}`;
}

/** The same for programs: one line of JSON, after whatever was told of progress. */
export function errorJson(error: unknown): string {
  return JSON.stringify({ error: failureOf(error) });
}

function failureOf(error: unknown): Failure {
  if (error instanceof AppError) {
    const { code, message, remedy, place } = error;
    return { code, message, remedy, ...(Object.keys(place).length > 0 && { place }) };
  }
  if (error instanceof Cancelled) return { code: 'cancelled', message: error.message };
  if (error instanceof CommanderError)
    return { code: 'usage', message: error.message.replace(/^error: (.*?)\.?$/s, '$1'), remedy: 'see --help' };
  const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  return { code: 'fault', message, remedy: 'this is a fault of the program; please report it' };
}

function placeText(place: ErrorPlace): string {
  const parts = [
    place.file,
    place.line === undefined ? undefined : `line ${place.line}`,
    place.column === undefined ? undefined : `column ${place.column}`,
  ];
  const told = parts.filter((part) => part !== undefined);
  return told.length > 0 ? ` (${told.join(', ')})` : '';
}
