import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { BrokenLine } from './load.js';
import type { FileShape } from './probe.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;

/** Line numbers (1 is the header) by first byte of a broken line, and by number of a well-formed record (1 is the first after the header). */
export interface Places {
  broken: Map<number, number>;
  records: Map<number, number>;
}

/**
 * Walks once through a UTF-8 CSV file to tell on which line records start, counting line breaks inside quotes, blank lines and
 * broken lines. Only needed for files with rejects, since DuckDB reports records, not lines.
 * @param wanted numbers of well-formed records
 * @param wellFormed how many such records DuckDB found; should the walk find another number (a file with old Mac line
 *   ends, say), records are placed as if every one took one line
 */
export async function locateRecords(
  shape: FileShape,
  broken: BrokenLine[],
  wanted: Set<number>,
  wellFormed: number,
): Promise<Places> {
  const walk = new Walk(new Map(broken.map((line) => [line.start, line.bytes])), wanted);
  const file = createReadStream(shape.path, { highWaterMark: 1 << 20 });
  const stream: Readable = shape.gzip ? file.pipe(createGunzip()) : file;
  for await (const chunk of stream) walk.take(chunk as Buffer);
  const records = walk.finish();
  if (records === wellFormed) return { broken: walk.brokenAt, records: walk.recordAt };
  return { broken: walk.brokenAt, records: new Map([...wanted].map((record) => [record, record + 1])) };
}

/** The state of the walk between two chunks. */
class Walk {
  readonly brokenAt = new Map<number, number>();
  readonly recordAt = new Map<number, number>();
  private position = 0;
  private line = 1;
  private recordStart = 0;
  private recordLine = 1;
  private blank = true;
  private quoted = false;
  /** First byte after the broken line we are in, or 0. Quotation marks mean nothing up to there. */
  private brokenUntil = 0;
  private records = -1;

  constructor(
    private readonly broken: Map<number, number>,
    private readonly wanted: Set<number>,
  ) {}

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += 1, this.position += 1) {
      if (this.position === this.recordStart) this.startRecord();
      const byte = chunk[at]!;
      if (byte === NEWLINE) {
        this.line += 1;
        if (!this.quoted && this.position + 1 >= this.brokenUntil) this.endRecord();
      } else if (byte !== RETURN) {
        this.blank = false;
        if (byte === QUOTE && this.brokenUntil === 0) this.quoted = !this.quoted;
      }
    }
  }

  /** Number of well-formed records after the header. */
  finish(): number {
    if (!this.blank) this.endRecord();
    return this.records;
  }

  private startRecord(): void {
    this.recordLine = this.line;
    this.blank = true;
    // With \r\n line ends, DuckDB counts the \n before a broken line as its first byte.
    const start = [this.position, this.position - 1].find((byte) => this.broken.has(byte));
    if (start === undefined) return;
    this.brokenAt.set(start, this.line);
    this.brokenUntil = start + this.broken.get(start)!;
  }

  private endRecord(): void {
    if (this.brokenUntil === 0 && !this.blank) {
      this.records += 1;
      if (this.wanted.has(this.records)) this.recordAt.set(this.records, this.recordLine);
    }
    this.recordStart = this.position + 1;
    this.brokenUntil = 0;
    this.blank = true;
    this.quoted = false;
  }
}
