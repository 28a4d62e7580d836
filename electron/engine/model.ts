import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../services/errors.js';

/** Files that a model folder must list with their hashes. */
const FILES = [
  'text-encoder.onnx',
  'string-table.onnx',
  'user-tokens.onnx',
  'language.onnx',
  'answer.onnx',
  'reader.onnx',
  'readout.onnx',
  'evidence.onnx',
  'fit-step.onnx',
  'prompt-step.onnx',
  'learned.bin',
  'text-tokenizer.json',
  'language-tokenizer.json',
] as const;
export type ModelFile = (typeof FILES)[number];

const size = z.number().int().positive();

/** model.json. Sizes are counts; `gate` (0..4) is how far the learned path enters the user embedding. */
const modelSchema = z.object({
  version: z.string(),
  shape: z.object({
    textWidth: size,
    tokenWidth: size,
    userTokens: size,
    embeddingWidth: size,
    valueBins: size,
    maxEvents: size,
    fusionLayers: size,
    lowerLayers: size,
  }),
  gate: z.number().min(0).max(4),
  namedGate: z.number().min(0).max(4).optional(),
  features: z.array(z.string()),
  context: z.array(z.string()),
  directions: z.array(z.string()),
  files: z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number() })),
});

export type ModelDescription = z.infer<typeof modelSchema>;

/** A model folder whose files are all there and undamaged. */
export interface Model extends ModelDescription {
  /** The gate where an instruction names what customers have; the same one where model.json has none of its own. */
  namedGate: number;
  folder: string;
  /** SHA-256 of model.json, which names the hashes of all files: two models with the same hash are the same. */
  hash: string;
}

/** Path of one of the model's files. */
export function modelFile(model: Model, name: ModelFile): string {
  return join(model.folder, name);
}

/**
 * Reads model.json and checks the SHA-256 of every file that it lists.
 * @throws AppError model-missing, model-invalid, model-damaged
 */
export async function readModel(folder: string): Promise<Model> {
  const model = readDescription(folder);
  for (const [name, { sha256 }] of Object.entries(model.files)) {
    const file = join(folder, name);
    if (!existsSync(file))
      throw new AppError(
        'model-missing',
        `The model lacks its file ${name}`,
        'restore the models folder that came with this version',
        { file },
      );
    if ((await fileHash(file)) !== sha256)
      throw new AppError(
        'model-damaged',
        `The model's file ${name} is damaged: its fingerprint (SHA-256) is not the one in model.json`,
        'restore the models folder that came with this version',
        { file },
      );
  }
  return model;
}

/** model.json alone, without looking at the other files. @throws AppError model-missing, model-invalid */
export function readDescription(folder: string): Model {
  const file = join(folder, 'model.json');
  if (!existsSync(file))
    throw new AppError(
      'model-missing',
      'There is no model here',
      'restore the models folder, or name another one in INSTRUCTUE_MODEL',
      { file },
    );
  const text = readFileSync(file, 'utf8');
  const parsed = modelSchema.safeParse(parse(text));
  const missing = parsed.success ? FILES.filter((name) => !parsed.data.files[name]) : [];
  if (!parsed.success || missing.length > 0) {
    const detail = parsed.success
      ? `it does not list ${missing.join(', ')}`
      : `${parsed.error.issues[0]!.path.join('.')}: ${parsed.error.issues[0]!.message}`;
    throw new AppError(
      'model-invalid',
      `model.json cannot be read (${detail})`,
      'restore the models folder that came with this version',
      { file },
    );
  }
  return {
    ...parsed.data,
    namedGate: parsed.data.namedGate ?? parsed.data.gate,
    folder,
    hash: createHash('sha256').update(text).digest('hex'),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(part as Buffer);
  return hash.digest('hex');
}
