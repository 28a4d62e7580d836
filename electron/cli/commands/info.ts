import type { Command } from 'commander';
import { compose, type DeviceReport, type Services } from '../../composition.js';
import { AppError } from '../../services/errors.js';
import { overviewOf, type SourceOverview } from '../../services/import/overview.js';
import { derivedState, type DerivedState } from '../../services/index/derive.js';
import { printResult } from '../output.js';

interface Options {
  workspace: string;
  device: string;
  json?: boolean;
}

/** The model and the device that would run it, or why there is none. */
type ModelState = { version: string; hash: string; device: DeviceReport } | { missing: string };

export function register(program: Command): void {
  program
    .command('info')
    .description('what a workspace holds: sources, column roles, customers, events, model, device')
    .requiredOption('--workspace <file>', 'the workspace')
    .option('--device <device>', 'auto, cpu, webgpu, directml, coreml or cuda', 'auto')
    .option('--json', 'print everything as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const services = await compose(options.workspace);
  try {
    const { customers, sources } = await overviewOf(services.workspace);
    const derived = await derivedState(services.workspace);
    const model = await modelState(services, options.device);
    printResult(options.json, { workspace: options.workspace, customers, sources, derived, model }, [
      `${customers} customers in ${sources.length} files`,
      ...sources.flatMap(describeSource),
      ...describeDerived(derived),
      ...describeModel(model),
    ]);
  } finally {
    services.close();
  }
}

/** A workspace can be looked at without a model; asking for a device that does not work stays an error. */
async function modelState(services: Services, device: string): Promise<ModelState> {
  try {
    const { model, devices } = await services.engine(device);
    return { version: model.version, hash: model.hash, device: devices };
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('model-'))
      return { missing: `${error.message} — ${error.remedy}` };
    throw error;
  }
}

function describeSource(source: SourceOverview): string[] {
  const span = source.from === null ? '' : `, ${source.from} to ${source.to ?? ''}`;
  return [
    `${source.kind}: ${source.name}, ${source.accepted} rows of ${source.customers} customers${span} (${source.rejected} rejected, ${source.duplicates} duplicates)`,
    ...source.columns.map((column) => `  ${column.name}: ${column.role} (${column.reason})`),
  ];
}

function describeDerived(derived: DerivedState): string[] {
  if (!derived.derived) return ['not derived yet; rank and derive do it'];
  return [
    `${derived.events} events of ${derived.customers} customers in ${derived.strings} different texts`,
    ...derived.skipped.map((column) => `left out: ${column}`),
  ];
}

function describeModel(model: ModelState): string[] {
  if ('missing' in model) return [`no model: ${model.missing}`];
  const { device, attempts } = model.device;
  return [
    `model: ${model.version} (${model.hash.slice(0, 12)})`,
    `device: ${device}`,
    ...attempts
      .filter((attempt) => attempt.device !== device)
      .map((attempt) => `  not ${attempt.device}: ${attempt.reason}`),
  ];
}
