/** Where in the input an error lies. Lines and columns count from 1, as editors do. */
export interface ErrorPlace {
  file?: string;
  line?: number;
  column?: string;
}

/**
 * A failure that a person can cause and mend. `message` says what is wrong, `place` where, `remedy` what to do.
 * It never carries customer data beyond the offending cell.
 */
export class AppError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
    readonly place: ErrorPlace = {},
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** Raised when a task's signal is aborted; not a failure. */
export class Cancelled extends Error {
  constructor(what: string) {
    super(`${what} was cancelled`);
    this.name = 'Cancelled';
  }
}
