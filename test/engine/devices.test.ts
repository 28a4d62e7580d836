import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  chooseDevice,
  DEVICES,
  failureReason,
  hasGraphicsCard,
  parseDevice,
  type DeviceReport,
} from '../../electron/engine/devices.js';
import { readModel, type Model } from '../../electron/engine/model.js';
import { TINY_MODEL } from '../services/tiny-workspace.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Electron ships a graphics driver that runs on the processor. */
const software = join(root, 'node_modules/electron/dist');
const icd = join(software, 'vk_swiftshader_icd.json');

describe('devices', () => {
  let model: Model;
  beforeAll(async () => {
    model = await readModel(TINY_MODEL);
  });

  it('lists the valid names when it does not know one', () => {
    expect(DEVICES.map(parseDevice)).toEqual(DEVICES);
    expect(() => parseDevice('gpu')).toThrowError(
      expect.objectContaining({ code: 'device-unknown', remedy: expect.stringContaining('webgpu') as string }),
    );
  });

  it('sees the card of a container, and says what CUDA lacks', () => {
    for (const card of ['/dev/dri', '/dev/nvidia0']) expect(hasGraphicsCard((path) => path === card)).toBe(true);
    expect(hasGraphicsCard(() => false)).toBe(false);
    const error = new Error('Failed to load shared library');
    expect(failureReason('cuda', error)).toMatch(/CUDA 12.*webgpu/);
    expect(failureReason('webgpu', error)).toBe(error.message);
  });

  it('accounts for every accelerator', async () => {
    const report = await chooseDevice('auto', model);
    expect(report.attempts.map(({ device }) => device).sort()).toEqual(['coreml', 'cuda', 'directml', 'webgpu']);
    for (const attempt of report.attempts) expect(attempt.reason).not.toBe('');
    const chosen = report.attempts.find(({ device }) => device === report.device);
    expect(report.device === 'cpu' || chosen?.usable).toBe(true);
  });

  it('never runs something else than what was asked for by name', async () => {
    expect(await chooseDevice('cpu', model)).toEqual({ asked: 'cpu', device: 'cpu', attempts: [] });
    const absent = process.platform === 'darwin' ? 'directml' : 'coreml';
    await expect(chooseDevice(absent, model)).rejects.toMatchObject({ code: 'device-unusable' });
  });

  it.runIf(process.platform === 'linux' && existsSync(icd))(
    'computes on WebGPU what the CPU computes',
    () => {
      const script = `
      import { chooseDevice } from './electron/engine/devices.ts';
      import { readModel } from './electron/engine/model.ts';
      console.log(JSON.stringify(await chooseDevice('webgpu', await readModel(process.argv[1]))));
      process.exit(0);`;
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script, TINY_MODEL],
        {
          cwd: root,
          encoding: 'utf8',
          // The loader reads these when the process starts, so it must be another process.
          env: { ...process.env, LD_LIBRARY_PATH: software, VK_ICD_FILENAMES: icd },
        },
      );
      expect(stdout, stderr).not.toBe('');
      const report = JSON.parse(stdout) as DeviceReport;
      expect(report.device).toBe('webgpu');
      expect(report.attempts[0]!.difference).toBeLessThan(1e-3);
    },
    240_000,
  );
});
