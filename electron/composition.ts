import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDescription } from './engine/model.js';
import { parseDevice, type DeviceChoice } from './engine/devices.js';
import { Engine } from './engine/engine.js';
import type { RankQuestion } from './services/audience/build.js';
import { importFiles, type ImportOptions, type ImportReport, type ImportRequest } from './services/import/import.js';
import { fitWorkspace, type FitOptions } from './services/fit/fit.js';
import { checkOwnFit, fitOfRanking, fitOfTuned } from './services/fit/fit-of.js';
import { chosenFit } from './services/fit/fit-store.js';
import type { FitVersion } from './services/fit/fit-versions.js';
import { Explainer } from './services/explain/explainer.js';
import { deriveHiding, prepare, type PrepareReport } from './services/index/prepare.js';
import type { DeriveReport } from './services/index/derive.js';
import type { Hide } from './services/index/hide.js';
import type { Question } from './services/rank/question.js';
import { rankInstruction, type RankingReport } from './services/rank/rank.js';
import type { Task } from './services/task.js';
import { prepareTuning } from './services/tune/apply.js';
import type { Examples } from './services/tune/examples.js';
import { groundsOfAnswers, groundsOfVersion, suggestCustomers, type Suggestion } from './services/tune/suggest.js';
import { tuneInstruction, type TuneOptions, type TuneReport } from './services/tune/tune.js';
import { findTuned, type TunedVersion } from './services/tune/tuned-store.js';
import { openWorkspace, type Workspace } from './services/workspace/workspace.js';

export { parseDevice, type DeviceReport } from './engine/devices.js';

/**
 * How to rank: on which device (default auto), without which rows (default: as last time), and by which fit of the model
 * to this workspace (default: the current one; for a tuned instruction the one that it was tuned on, and no other).
 */
export interface RankOptions {
  device?: string;
  hides?: Hide[];
  fit?: number | 'current' | 'none';
}

/** The services of one open workspace, built in order. `close` ends them; nothing may be called after it. */
export interface Services {
  workspace: Workspace;
  importFiles(requests: ImportRequest[], options?: ImportOptions, task?: Task): Promise<ImportReport[]>;
  /** @param options.measureAgain measure percentiles and texts over all customers even when it is not needed */
  derive(hides?: Hide[], task?: Task, options?: { measureAgain?: boolean }): Promise<DeriveReport>;
  /** Hash of the model as it ships, which takes no loading. @throws AppError model-missing, model-invalid */
  modelHash(): string;
  /** The model on a device; loaded when first asked for, and once per device. */
  engine(device?: string): Promise<Engine>;
  /** Derives and encodes what is not up to date. */
  prepare(options?: RankOptions, task?: Task): Promise<PrepareReport>;
  /** Prepares, then learns from the workspace's own events, without labels; goes on where it was stopped. */
  fit(options?: RankOptions & FitOptions, task?: Task): Promise<FitVersion>;
  /** Prepares, ranks and stores. */
  rank(question: Question, options?: RankOptions, task?: Task): Promise<RankingReport & { prepared: PrepareReport }>;
  /** Prepares, then learns from examples; they are looked up in the prepared workspace. */
  tune(
    question: Question,
    examplesOf: (workspace: Workspace) => Promise<Examples>,
    options: RankOptions & TuneOptions,
    task?: Task,
  ): Promise<TuneReport>;
  /**
   * Prepares, ranks by a tuned instruction (`NAME` or `NAME@VERSION`) and stores; untuned when no version is in use.
   * @throws AppError tuned-missing, tuned-fit-deleted, tuned-other-model, tuned-other-fit
   */
  rankTuned(
    name: string,
    options?: RankOptions,
    task?: Task,
  ): Promise<RankingReport & { prepared: PrepareReport; tuned: TunedVersion }>;
  /** The customers whose answer would teach a tuned instruction most. @throws AppError as rankTuned does */
  suggest(name: string, count: number, options?: RankOptions, task?: Task): Promise<Suggestion[]>;
  /** The customers whose answer would teach most of an instruction, after the answers that it has. */
  suggestFor(question: Question, count: number, options?: RankOptions, task?: Task): Promise<Suggestion[]>;
  /** Explains stored rankings. @param reader another connection to the workspace, for explaining while work goes on */
  explainer(reader?: Workspace, device?: string): Explainer;
  close(): void;
}

/**
 * Opens a workspace and builds its services.
 * @param options.models folder of the model; default $INSTRUCTUE_MODEL, else models/ next to package.json
 * @param options.apart whether the model runs in a thread of its own, for a caller who must go on answering
 * @throws AppError as openWorkspace does
 */
export async function compose(
  path: string,
  options: { create?: boolean; models?: string; apart?: boolean } = {},
): Promise<Services> {
  const workspace = await openWorkspace(path, options);
  const models = options.models ?? modelFolder();
  const engines = new Engines(models, options.apart ?? false);
  const prepareOn = async (engine: Engine, { hides }: RankOptions, task?: Task): Promise<PrepareReport> =>
    prepare(workspace, engine, hides, task);
  const fitted = async (engine: Engine, fit: RankOptions['fit'] = 'current'): Promise<Engine> => {
    const stored = await chosenFit(workspace, fit, engine.model.hash);
    return stored ? engine.fitted(stored.learned, stored.hash) : engine;
  };
  /** The engine on which something was tuned, and no other: its weights say nothing of another fit. */
  const tunedOn = async (engine: Engine, tuned: TunedVersion, fit: RankOptions['fit']): Promise<Engine> => {
    const own = await fitOfTuned(workspace, tuned, engine.model.hash);
    await checkOwnFit(workspace, tuned.name, own, fit);
    return fitted(engine, own);
  };
  return {
    workspace,
    importFiles: (requests, importOptions, task) => importFiles(workspace, requests, importOptions, task),
    derive: (hides = [], task, deriveOptions) => deriveHiding(workspace, hides, task, deriveOptions),
    modelHash: () => readDescription(models).hash,
    engine: (device) => engines.on(device),
    prepare: async (rankOptions = {}, task) => prepareOn(await engines.on(rankOptions.device), rankOptions, task),
    fit: async (fitOptions = {}, task) => {
      const engine = await engines.on(fitOptions.device);
      await prepareOn(engine, fitOptions, task);
      return fitWorkspace(workspace, engine, fitOptions, task);
    },
    rank: async (question, rankOptions = {}, task) => {
      const engine = await engines.on(rankOptions.device);
      const prepared = await prepareOn(engine, rankOptions, task);
      const asked = await fitted(engine, rankOptions.fit);
      return { ...(await rankInstruction(workspace, asked, question, task)), prepared };
    },
    tune: async (question, examplesOf, tuneOptions, task) => {
      const engine = await engines.on(tuneOptions.device);
      await prepareOn(engine, tuneOptions, task);
      const asked = await fitted(engine, tuneOptions.fit);
      return tuneInstruction(workspace, asked, question, await examplesOf(workspace), tuneOptions, task);
    },
    rankTuned: async (name, rankOptions = {}, task) => {
      const { weights, ...tuned } = await findTuned(workspace, name);
      const engine = await engines.on(rankOptions.device);
      const prepared = await prepareOn(engine, rankOptions, task);
      const asked = await tunedOn(engine, tuned, rankOptions.fit);
      const tuning = tuned.inUse ? await prepareTuning(workspace, asked, { ...tuned, weights }) : undefined;
      return { ...(await rankInstruction(workspace, asked, tuned.question, task, tuning)), prepared, tuned };
    },
    suggest: async (name, count, rankOptions = {}, task) => {
      const tuned = await findTuned(workspace, name);
      const engine = await engines.on(rankOptions.device);
      await prepareOn(engine, rankOptions, task);
      return suggestCustomers(
        workspace,
        await tunedOn(engine, tuned, rankOptions.fit),
        await groundsOfVersion(workspace, tuned),
        count,
        task,
      );
    },
    suggestFor: async (question, count, rankOptions = {}, task) => {
      const engine = await engines.on(rankOptions.device);
      await prepareOn(engine, rankOptions, task);
      const asked = await fitted(engine, rankOptions.fit);
      return suggestCustomers(workspace, asked, await groundsOfAnswers(workspace, question), count, task);
    },
    explainer: (reader = workspace, device) =>
      new Explainer(reader, async (rankingId) =>
        fitted(await engines.on(device), await fitOfRanking(reader, rankingId)),
      ),
    close: () => {
      engines.release();
      workspace.close();
    },
  };
}

/** Ranks on services that are open. */
export function rankerOf(services: Services, options: RankOptions = {}): RankQuestion {
  return async (ask, task, fit = options.fit) => {
    if ('tuned' in ask) return (await services.rankTuned(ask.tuned, options, task)).rankingId;
    return (await services.rank(ask, { ...options, fit }, task)).rankingId;
  };
}

/**
 * As a recipe ranks: `hides` are all the rows to leave out, and its fit is that of untuned instructions, since tuned ones
 * beside them have their own.
 */
export function rankerOfRecipe(
  services: Services,
  { hides, ...options }: RankOptions & { hides: Hide[] },
): RankQuestion {
  const [untuned, tuned] = [rankerOf(services, options), rankerOf(services, { ...options, fit: undefined })];
  return async (ask, task, fit) => {
    // Ranking without hides would keep those of last time; deriving with none forgets them.
    await services.derive(hides, task);
    return ('tuned' in ask ? tuned : untuned)(ask, task, fit);
  };
}

/** The folder of the model that ships with the program, or the one named in $INSTRUCTUE_MODEL. */
export function modelFolder(): string {
  const named = process.env['INSTRUCTUE_MODEL'];
  if (named) return resolve(named);
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'models');
}

class Engines {
  private readonly loaded = new Map<DeviceChoice, Promise<Engine>>();

  constructor(
    private readonly folder: string,
    private readonly apart: boolean,
  ) {}

  on(device = 'auto'): Promise<Engine> {
    const choice = parseDevice(device);
    const known = this.loaded.get(choice);
    if (known) return known;
    const loading = Engine.load(this.folder, choice, this.apart);
    this.loaded.set(choice, loading);
    // A failure must not stick: the next call tries again.
    loading.catch(() => this.loaded.delete(choice));
    return loading;
  }

  release(): void {
    for (const loading of this.loaded.values()) loading.then((engine) => engine.release()).catch(() => undefined);
    this.loaded.clear();
  }
}
