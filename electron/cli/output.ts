import { AppError, Cancelled, type ErrorPlace } from '../services/errors.js';
import type { Progress, Task } from '../services/task.js';

/** Results go to stdout: as JSON for programs, else as the given lines. */
export function printResult(json: boolean | undefined, result: unknown, lines: string[]): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${lines.join('\n')}\n`);
}

/** A task whose progress goes to stderr and which Ctrl-C cancels. */
export function terminalTask(): Task {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  let last = 0;
  return {
    signal: controller.signal,
    progress({ stage, done, total }: Progress) {
      // A report a second is enough for a log; the last one of a stage is always shown.
      if (done !== total && done !== 0 && Date.now() - last < 1000) return;
      last = Date.now();
      process.stderr.write(total > 0 ? `${stage}: ${done} of ${total}\n` : `${stage}: ${done}\n`);
    },
  };
}

/** The one line that a failed command leaves on stderr. */
export function errorLine(error: unknown): string {
  if (error instanceof AppError) return `error: ${error.message} — ${error.remedy}${placeText(error.place)}`;
  if (error instanceof Cancelled) return `error: ${error.message}`;
  return `error: ${error instanceof Error ? error.message.split('\n')[0] : String(error)} — this is a fault of the program; please report it`;
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
