import { existsSync } from 'node:fs';
import { listSupportedBackends } from 'onnxruntime-node';
import { AppError } from '../services/errors.js';
import { modelFile, type Model } from './model.js';
import { PROBED, probeFeeds } from './probe.js';
import { OwnThread, type Host } from './host.js';
import type { Outputs, Provider } from './session.js';

/** What a person may ask for. */
export const DEVICES = ['auto', 'cpu', 'webgpu', 'directml', 'coreml', 'cuda'] as const;
export type DeviceChoice = (typeof DEVICES)[number];
export type Device = Exclude<DeviceChoice, 'auto'>;

export const PROVIDERS: Record<Device, Provider> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  directml: 'dml',
  coreml: 'coreml',
  cuda: 'cuda',
};

/** Where Linux shows a graphics card; a container with an NVIDIA card may have the second alone, on which WebGPU works. */
const CARDS = ['/dev/dri', '/dev/nvidia0'] as const;
/** In the order in which `auto` tries them. */
const ACCELERATORS: readonly Device[] = ['cuda', 'directml', 'coreml', 'webgpu'];
/** Largest difference from the CPU's numbers, which are of size 1, that does not change a ranking visibly. */
const TOLERANCE = 5e-3;
/** An accelerator must be this much faster than the CPU to be taken by itself. */
const WORTHWHILE = 1.2;

/** What came of one device. `milliseconds` of the probe's second run, for `auto`; `difference` from the CPU's results. */
export interface DeviceAttempt {
  device: Device;
  usable: boolean;
  reason: string;
  milliseconds?: number;
  difference?: number;
}

/** Which device runs, and why not the others. */
export interface DeviceReport {
  asked: DeviceChoice;
  device: Device;
  attempts: DeviceAttempt[];
}

/** @throws AppError device-unknown listing the valid ones */
export function parseDevice(text: string): DeviceChoice {
  const found = DEVICES.find((device) => device === text);
  if (found) return found;
  throw new AppError('device-unknown', `There is no device "${text}"`, `use one of: ${DEVICES.join(', ')}`);
}

/**
 * Tries the device asked for, or with `auto` every accelerator, on a small batch and compares with the CPU.
 * @param host where the graphs of the trial are loaded
 * @throws AppError device-unusable when a device asked for by name cannot run the model or computes something else
 */
export async function chooseDevice(
  asked: DeviceChoice,
  model: Model,
  host: Host = new OwnThread(),
): Promise<DeviceReport> {
  if (asked === 'cpu') return { asked, device: 'cpu', attempts: [] };
  const candidates = asked === 'auto' ? ACCELERATORS : [asked];
  const absences = candidates.map((device) => ({ device, reason: absence(device, asked) }));
  const attempts: DeviceAttempt[] = absences.flatMap(({ device, reason }) =>
    reason === undefined ? [] : [{ device, usable: false, reason }],
  );
  const possible = absences.filter(({ reason }) => reason === undefined).map(({ device }) => device);
  if (possible.length > 0) {
    // Only a free choice needs to know which is faster.
    const timed = asked === 'auto';
    const cpu = await runProbe(model, host, 'cpu', timed);
    for (const device of possible) attempts.push(await attempt(model, host, device, cpu, timed));
  }
  return decide(asked, attempts);
}

/** Why a device need not be tried at all, or undefined. */
function absence(device: Device, asked: DeviceChoice): string | undefined {
  if (!listSupportedBackends().some((backend) => backend.name === PROVIDERS[device]))
    return `the runtime has no ${device} on ${process.platform} ${process.arch}`;
  // Without a card the graphics library only complains on the terminal; by name it is tried all the same (software drivers).
  if (asked === 'auto' && device === 'webgpu' && process.platform === 'linux' && !hasGraphicsCard())
    return `there is no graphics card (${CARDS.join(' or ')})`;
  return undefined;
}

/** @param exists whether a path is there */
export function hasGraphicsCard(exists: (path: string) => boolean = existsSync): boolean {
  return CARDS.some((path) => exists(path));
}

/** Why a device failed, with what is missing where the runtime does not say it. */
export function failureReason(device: Device, error: unknown): string {
  const told = error instanceof Error ? error.message : String(error);
  return device === 'cuda' && told.includes('Failed to load shared library')
    ? `${told} (it needs the libraries of CUDA 12 and the CUDA provider of onnxruntime, which does not come with this app; webgpu runs on NVIDIA cards without them)`
    : told;
}

function decide(asked: DeviceChoice, attempts: DeviceAttempt[]): DeviceReport {
  if (asked !== 'auto') {
    const [only] = attempts;
    if (only?.usable) return { asked, device: only.device, attempts };
    throw new AppError(
      'device-unusable',
      `The device ${asked} cannot be used: ${only?.reason ?? 'it is unknown'}`,
      'choose auto or cpu',
    );
  }
  const best = attempts.find((one) => one.usable && one.reason === FASTER);
  return { asked, device: best?.device ?? 'cpu', attempts };
}

const FASTER = 'agrees with the CPU and is faster';

interface ProbeRun {
  outputs: Outputs[];
  milliseconds: number;
}

async function attempt(
  model: Model,
  host: Host,
  device: Device,
  cpu: ProbeRun,
  timed: boolean,
): Promise<DeviceAttempt> {
  let run: ProbeRun;
  try {
    run = await runProbe(model, host, device, timed);
  } catch (error) {
    return { device, usable: false, reason: failureReason(device, error) };
  }
  const difference = Math.max(...run.outputs.map((outputs, at) => largestDifference(outputs, cpu.outputs[at]!)));
  const measured = { difference, ...(timed && { milliseconds: run.milliseconds }) };
  if (!(difference <= TOLERANCE)) {
    const reason = `its results differ from the CPU's by ${difference.toPrecision(2)}`;
    return { device, usable: false, reason, ...measured };
  }
  return { device, usable: true, reason: timed ? pace(run, cpu) : 'agrees with the CPU', ...measured };
}

function pace(run: ProbeRun, cpu: ProbeRun): string {
  if (run.milliseconds * WORTHWHILE <= cpu.milliseconds) return FASTER;
  return `agrees with the CPU but is no faster (${run.milliseconds.toFixed(0)} ms against ${cpu.milliseconds.toFixed(0)} ms)`;
}

async function runProbe(model: Model, host: Host, device: Device, timed: boolean): Promise<ProbeRun> {
  const outputs: Outputs[] = [];
  let milliseconds = 0;
  for (const graph of PROBED) {
    const session = await host.load(modelFile(model, graph), PROVIDERS[device]);
    try {
      const feeds = probeFeeds(graph, session.inputs, model);
      // The first run compiles kernels and allocates; the second is what every later one costs.
      outputs.push(await session.run(feeds));
      if (!timed) continue;
      const start = performance.now();
      await session.run(feeds);
      milliseconds += performance.now() - start;
    } finally {
      await session.release();
    }
  }
  return { outputs, milliseconds };
}

function largestDifference(a: Outputs, b: Outputs): number {
  let largest = 0;
  for (const [name, { data }] of Object.entries(a)) {
    const other = b[name]!.data;
    for (let i = 0; i < data.length; i++) {
      const difference = Math.abs(data[i]! - other[i]!);
      if (Number.isNaN(difference)) return NaN;
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}
