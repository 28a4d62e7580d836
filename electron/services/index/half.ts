/** IEEE 754 half precision, in which embeddings and user tokens are stored: 11 bits of precision, up to 65504. */

const bits = new Uint32Array(1);
const real = new Float32Array(bits.buffer);

/** Rounds to the nearest half, ties to even; beyond ±65504 gives infinity. */
function toHalf(value: number): number {
  real[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x47800000) return magnitude > 0x7f800000 ? sign | 0x7e00 : sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below the smallest normal half: adding 0.5 lets the float unit shift and round the mantissa.
    real[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let everyHalf: Float32Array | undefined;

/** Packs floats as halves, two bytes each. */
export function packHalves(values: Float32Array): Uint8Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = toHalf(values[i]!);
  return new Uint8Array(halves.buffer);
}

/** Unpacks halves into `out`, starting at `at`. The bytes may lie at any offset. */
export function unpackHalves(bytes: Uint8Array, out: Float32Array, at: number): void {
  everyHalf ??= Float32Array.from({ length: 65536 }, (_, half) => fromHalf(half));
  for (let i = 0; i + 1 < bytes.length; i += 2) out[at++] = everyHalf[bytes[i]! | (bytes[i + 1]! << 8)]!;
}
