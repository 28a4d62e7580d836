import path from 'node:path';
import { compose, type Services } from '../composition.js';
import type { WorkspaceInfo } from '../ipc/workspace.js';
import { AppError } from '../services/errors.js';
import { purgeRemoved } from '../services/import/remove-file.js';
import type { Explainer } from '../services/explain/explainer.js';
import type { Workspace } from '../services/workspace/workspace.js';
import { nameOf } from './recents.js';

/** The workspace that the window has open. Changes to it run one after the other. */
export class Session {
  private open: { file: string; services: Services; reader: Workspace; explainer: Explainer } | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param models folder of the model */
  constructor(private readonly models: string) {}

  info(): WorkspaceInfo | null {
    if (!this.open) return null;
    return { name: nameOf(this.open.file), folder: path.dirname(this.open.file) };
  }

  /**
   * The workspace for reading, at any time: long work does not hold it up.
   * @throws AppError workspace-none when no workspace is open
   */
  reader(): Workspace {
    return this.opened().reader;
  }

  /** Hash of the model as it ships, at any time like `reader`. */
  modelHash(): string {
    return this.opened().services.modelHash();
  }

  /** Explains stored rankings, at any time like `reader`. */
  explainer(): Explainer {
    return this.opened().explainer;
  }

  /** Asks the model about the workspace at any time, like `reader`; `work` must not change anything. */
  async withModel<Value>(
    work: (workspace: Workspace, engine: Awaited<ReturnType<Services['engine']>>) => Promise<Value>,
  ): Promise<Value> {
    const { reader, services } = this.opened();
    return work(reader, await services.engine());
  }

  /** Opens a workspace in place of the present one, which stays when the new one cannot be opened. */
  async enter(file: string, options: { create?: boolean } = {}): Promise<WorkspaceInfo> {
    if (this.open?.file === file) return this.info()!;
    const services = await compose(file, { ...options, models: this.models, apart: true });
    const reader = await services.workspace.reader();
    await this.leave();
    this.open = { file, services, reader, explainer: services.explainer(reader) };
    return this.info()!;
  }

  /** Closes the workspace once the work on it has ended. What was deleted in it is then gone for good. */
  async leave(): Promise<void> {
    await this.last;
    const closing = this.open;
    this.open = undefined;
    closing?.reader.connection.closeSync();
    if (closing) await purgeRemoved(closing.services.workspace);
    closing?.services.close();
  }

  /** Queues work that changes the workspace: it holds one connection, so two transactions would mix. */
  change<Value>(work: (services: Services) => Promise<Value>): Promise<Value> {
    const next = this.last.then(() => work(this.opened().services));
    // A failed job must not fail those after it.
    this.last = next.catch(() => undefined);
    return next;
  }

  private opened() {
    if (!this.open) throw new AppError('workspace-none', 'No workspace is open', 'open or create one first');
    return this.open;
  }
}
