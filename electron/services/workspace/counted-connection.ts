import { setTimeout } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';

/** Milliseconds between two interrupts. */
const PAUSE = 10;

/**
 * A connection that knows which of its statements run. One must not be closed before they have ended: DuckDB would destroy it
 * under the lock that it waits for then, and hold up a thread of the program for good.
 */
export class CountedConnection {
  readonly connection: DuckDBConnection;
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly counted: DuckDBConnection) {
    this.connection = new Proxy(counted, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, target, args);
          if (result instanceof Promise) this.count(result);
          return result;
        };
      },
    });
  }

  /** Stops what runs, waits for its end and for that of whatever follows it at once, and closes the connection. */
  async close(): Promise<void> {
    // An interrupt stops the statement that holds the connection, and the next one takes its place; whoever waited for one may
    // begin another.
    while (this.running.size > 0) {
      this.counted.interrupt();
      await setTimeout(PAUSE);
    }
    this.counted.closeSync();
  }

  private count(statement: Promise<unknown>): void {
    this.running.add(statement);
    const end = (): void => void this.running.delete(statement);
    statement.then(end, end);
  }
}
