import path from 'node:path';
import { compose, type Services } from '../composition.js';
import type { WorkspaceInfo } from '../ipc/workspace.js';
import { AppError, Cancelled } from '../services/errors.js';
import { purgeRemoved } from '../services/import/remove-file.js';
import type { Explainer } from '../services/explain/explainer.js';
import { throwIfCancelled, type Task } from '../services/task.js';
import type { Workspace } from '../services/workspace/workspace.js';
import { nameOf } from './recents.js';

const WAITING = 'Waiting for other work';

/** The workspace that the window has open. Changes to it run one after the other. */
export class Session {
  private open: { file: string; services: Services; reader: Workspace; explainer: Explainer } | undefined;
  private last: Promise<unknown> = Promise.resolve();
  /** Long changes that run or wait. */
  private long = 0;

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

  /** Whether this workspace is the open one. */
  isIn(file: string): boolean {
    return this.open?.file === file;
  }

  /** Opens a workspace in place of the present one, which stays when the new one cannot be opened. */
  async enter(file: string, options: { create?: boolean } = {}): Promise<WorkspaceInfo> {
    if (this.isIn(file)) return this.info()!;
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
    await closing?.reader.leave();
    if (closing) await purgeRemoved(closing.services.workspace);
    closing?.services.close();
  }

  /**
   * Queues long work that changes the workspace: it holds one connection, so two transactions would mix. While it waits for
   * other long work, its task says so, and can be cancelled.
   */
  async change<Value>(task: Task, work: (services: Services) => Promise<Value>): Promise<Value> {
    if (this.long > 0) task.progress({ stage: 'wait', done: 0, total: 0 });
    this.long++;
    let isWaiting = true;
    const next = this.queue((services) => {
      throwIfCancelled(task, WAITING);
      isWaiting = false;
      return work(services);
    }).finally(() => this.long--);
    const cancelled = new Promise<never>((_, reject) => {
      task.signal.addEventListener('abort', () => isWaiting && reject(new Cancelled(WAITING)));
    });
    return Promise.race([next, cancelled]);
  }

  /**
   * A change that takes a moment. It does not wait for long work: it would come about minutes after the click, when the
   * person has gone on to something else.
   * @throws AppError workspace-busy while long work changes the workspace
   */
  async edit<Value>(work: (services: Services) => Promise<Value>): Promise<Value> {
    if (this.long > 0)
      throw new AppError(
        'workspace-busy',
        'Other work is changing this workspace, and nothing else can change it meanwhile',
        'wait until it has ended, or stop it in the list of what is running, and try again',
      );
    return this.queue(work);
  }

  private queue<Value>(work: (services: Services) => Promise<Value>): Promise<Value> {
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
