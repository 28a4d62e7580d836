import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../electron/engine/engine.js';
import { GraphThread } from '../../electron/engine/graphs-apart.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

describe('graphs in a thread of their own', () => {
  let engine: Engine;
  let apart: Engine;

  beforeAll(async () => {
    engine = await Engine.load(TINY_MODEL, 'cpu');
    apart = engine.apart();
  });
  afterAll(async () => {
    await apart.release();
    await engine.release();
  });

  it('give what they give in this one, and leave the caller its arrays', async () => {
    const texts = ['customers who buy candles', 'mug', 'a much longer text about garden furniture'];
    expect(await apart.embedTexts(texts)).toEqual(await engine.embedTexts(texts));
    const embedding = await engine.embedTexts(texts);
    const source = Uint8Array.of(0, 1, 5);
    expect(await apart.learned.stringTable(embedding, source)).toEqual(
      await engine.learned.stringTable(embedding, source),
    );
    expect(embedding).toHaveLength(texts.length * engine.model.shape.textWidth);
    const words = ['customers', 'who', 'buy', 'candles'];
    expect(await apart.readInstruction(words)).toEqual(await engine.readInstruction(words));
    expect(await apart.readAnswer(words)).toEqual(await engine.readAnswer(words));
  });

  it('choose the device that would be chosen in this one', async () => {
    const tried = await Engine.load(TINY_MODEL, 'auto', true);
    expect(tried.devices.device).toBe((await Engine.load(TINY_MODEL, 'auto')).devices.device);
    await tried.release();
    const absent = process.platform === 'darwin' ? 'directml' : 'coreml';
    await expect(Engine.load(TINY_MODEL, absent, true)).rejects.toMatchObject({ code: 'device-unusable' });
  });

  it('fail with the same words', async () => {
    const thread = new GraphThread();
    const failed = { code: 'graph-unloadable', place: { file: join(TINY_MODEL, 'model.json') } };
    await expect(thread.load(join(TINY_MODEL, 'model.json'), 'cpu')).rejects.toMatchObject(failed);
    const graph = await thread.load(join(TINY_MODEL, 'evidence.onnx'), 'cpu');
    await expect(graph.run({})).rejects.toMatchObject({ code: 'graph-feeds' });
    await thread.end();
  });

  it('do not keep whoever waits when the thread ends', async () => {
    const thread = new GraphThread();
    const loading = thread.load(join(TINY_MODEL, 'evidence.onnx'), 'cpu');
    const refused = expect(loading).rejects.toThrow('has ended');
    await thread.end();
    await refused;
  });
});
