import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readModel } from '../../electron/engine/model.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

describe('the model folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'model-'));
    cpSync(TINY_MODEL, folder, { recursive: true });
  });

  it('is read when every file has its hash', async () => {
    const model = await readModel(folder);
    expect(model.shape.userTokens).toBeGreaterThanOrEqual(6);
    expect(model.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is refused when a file is missing, damaged, or not listed', async () => {
    const graph = join(folder, 'readout.onnx');
    const bytes = readFileSync(graph);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(graph, bytes);
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-damaged', place: { file: graph } });
    rmSync(graph);
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-missing', place: { file: graph } });
    const description = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
      files: Record<string, unknown>;
    };
    delete description.files['readout.onnx'];
    writeFileSync(join(folder, 'model.json'), JSON.stringify(description));
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('is refused when there is no model.json, or one that is not ours', async () => {
    writeFileSync(join(folder, 'model.json'), '{"version": 1}');
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-invalid' });
    await expect(readModel(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'model-missing' });
  });
});
