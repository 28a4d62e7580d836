/** The evidence axis of the user embedding saturates at ±0.7; the learned part has at most that length too. */
const SHARE = 0.7;
const SOFTNESS = 8;
const HALF = Math.SQRT1_2;

/** How far the learned path may be opened. */
export const GATES = [0, 0.25, 0.5, 1, 1.5, 2, 3, 4] as const;

/**
 * How loud the learned part and the evidence are under a gate. Up to 1 the gate scales the learned part; beyond, where
 * the embedding has no more room for it, it softens the evidence instead.
 */
function voices(gate: number): { loudness: number; softness: number } {
  return { loudness: Math.min(1, gate), softness: SOFTNESS * Math.max(1, gate) };
}

/**
 * u · a of every customer: u = [loudness × 0.7 × learned, axis, slack], a = [√½ × answer, √½, 0], where the axis is
 * 0.7 × tanh(evidence / softness). Source: models/training/model.py user_embedding.
 */
export function similarity(
  evidence: Float32Array,
  learned: Float32Array | undefined,
  answer: Float32Array,
  gate: number,
): Float32Array {
  const width = answer.length;
  const { loudness, softness } = voices(gate);
  return evidence.map((value, customer) => {
    let cosine = 0;
    if (learned) for (let k = 0, at = customer * width; k < width; k++) cosine += learned[at + k]! * answer[k]!;
    return HALF * SHARE * (loudness * cosine + Math.tanh(value / softness));
  });
}

/** User embeddings u of unit length, [customers, embeddingWidth]; what `similarity` compares with the answer. */
export function userEmbeddings(
  evidence: Float32Array,
  learned: Float32Array | undefined,
  gate: number,
  embeddingWidth: number,
): Float32Array {
  const inner = embeddingWidth - 2;
  const { loudness, softness } = voices(gate);
  const result = new Float32Array(evidence.length * embeddingWidth);
  evidence.forEach((value, customer) => {
    const at = customer * embeddingWidth;
    let square = 0;
    for (let k = 0; k < inner; k++) {
      const part = learned ? loudness * SHARE * learned[customer * inner + k]! : 0;
      result[at + k] = part;
      square += part * part;
    }
    const axis = SHARE * Math.tanh(value / softness);
    result[at + inner] = axis;
    result[at + inner + 1] = Math.sqrt(Math.max(0, 1 - axis * axis - square));
  });
  return result;
}
