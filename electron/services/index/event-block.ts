/**
 * Events of consecutive (or sampled) customers in rows: those of the block's customer i lie at start[i] .. start[i + 1].
 * The arrays are reused for the next block and may be longer than what is filled.
 */
export interface EventBlock {
  customers: number;
  /** [customers + 1] */
  start: Uint32Array;
  string: Uint32Array;
  /** Rows that the event stands for. */
  n: Uint32Array;
  /** Percentiles in 0..1, NaN for none. */
  value: Float32Array;
  recency: Float32Array;
}

/** Bytes of a packed event: string and n as uint32, value and recency as uint16. */
const EVENT_BYTES = 12;
const NONE = 65535;
const STEPS = 65534;
/** What every packed percentile stands for: a ranking unpacks some ten million. */
const PERCENTILES = Float32Array.from({ length: NONE + 1 }, (_, half) => (half === NONE ? NaN : half / STEPS));

/** A block for up to `customers` customers; `reserve` makes room for their events. */
export function emptyBlock(customers: number): EventBlock {
  return {
    customers: 0,
    start: new Uint32Array(customers + 1),
    string: new Uint32Array(0),
    n: new Uint32Array(0),
    value: new Float32Array(0),
    recency: new Float32Array(0),
  };
}

/** Makes room for `events` events, keeping what is there. */
export function reserve(block: EventBlock, events: number): void {
  if (block.string.length >= events) return;
  const room = Math.ceil(events * 1.5);
  const grown = <T extends Uint32Array | Float32Array>(old: T, array: T): T => {
    array.set(old);
    return array;
  };
  block.string = grown(block.string, new Uint32Array(room));
  block.n = grown(block.n, new Uint32Array(room));
  block.value = grown(block.value, new Float32Array(room));
  block.recency = grown(block.recency, new Float32Array(room));
}

/** Packs the events of the block's customer `at`: strings, then n, values, recencies. Percentiles keep 16 bits. */
export function packEvents(block: EventBlock, at: number): Uint8Array {
  const [from, to] = [block.start[at]!, block.start[at + 1]!];
  const events = to - from;
  const packed = new ArrayBuffer(events * EVENT_BYTES);
  const words = new Uint32Array(packed);
  const halves = new Uint16Array(packed);
  words.set(block.string.subarray(from, to));
  words.set(block.n.subarray(from, to), events);
  for (let i = 0; i < events; i++) {
    halves[4 * events + i] = percentileSteps(block.value[from + i]!);
    halves[5 * events + i] = percentileSteps(block.recency[from + i]!);
  }
  return new Uint8Array(packed);
}

function percentileSteps(value: number): number {
  return Number.isNaN(value) ? NONE : Math.round(value * STEPS);
}

// Packed events come at any offset; they are copied here, where words are aligned.
let aligned = new ArrayBuffer(0);
let alignedBytes = new Uint8Array(aligned);
let alignedWords = new Uint32Array(aligned);
let alignedHalves = new Uint16Array(aligned);

/** Adds a customer to the block with the events that `packEvents` packed. */
export function appendPacked(block: EventBlock, packed: Uint8Array): void {
  const events = packed.length / EVENT_BYTES;
  const from = block.start[block.customers]!;
  reserve(block, from + events);
  if (aligned.byteLength < packed.length) growAligned(packed.length);
  alignedBytes.set(packed);
  block.string.set(alignedWords.subarray(0, events), from);
  block.n.set(alignedWords.subarray(events, 2 * events), from);
  for (let i = 0; i < events; i++) {
    block.value[from + i] = PERCENTILES[alignedHalves[4 * events + i]!]!;
    block.recency[from + i] = PERCENTILES[alignedHalves[5 * events + i]!]!;
  }
  block.customers++;
  block.start[block.customers] = from + events;
}

function growAligned(bytes: number): void {
  aligned = new ArrayBuffer(Math.ceil(bytes / 1024) * 2048);
  alignedBytes = new Uint8Array(aligned);
  alignedWords = new Uint32Array(aligned);
  alignedHalves = new Uint16Array(aligned);
}

/** The events of these customers (ascending places in the block), renumbered from 0; where `hidden` is given, without those. */
export function eventsOf(block: EventBlock, chosen: ArrayLike<number>, hidden?: Uint8Array): EventBlock {
  const start = new Uint32Array(chosen.length + 1);
  let most = 0;
  for (let i = 0; i < chosen.length; i++) most += block.start[chosen[i]! + 1]! - block.start[chosen[i]!]!;
  const kept = new Uint32Array(most);
  let size = 0;
  for (let i = 0; i < chosen.length; i++) {
    for (let event = block.start[chosen[i]!]!, to = block.start[chosen[i]! + 1]!; event < to; event++)
      if (!hidden?.[event]) kept[size++] = event;
    start[i + 1] = size;
  }
  const picked = <T extends Uint32Array | Float32Array>(from: T, to: T): T => {
    for (let at = 0; at < size; at++) to[at] = from[kept[at]!]!;
    return to;
  };
  return {
    customers: chosen.length,
    start,
    string: picked(block.string, new Uint32Array(size)),
    n: picked(block.n, new Uint32Array(size)),
    value: picked(block.value, new Float32Array(size)),
    recency: picked(block.recency, new Float32Array(size)),
  };
}
