import path from 'node:path';
import { compose, type Services } from '../composition.js';
import type { WorkspaceInfo } from '../ipc/workspace.js';
import { AppError } from '../services/errors.js';
import { nameOf } from './recents.js';

/** The workspace that the window has open. Changes to it run one after the other. */
export class Session {
  private open: { file: string; services: Services } | undefined;
  private last: Promise<unknown> = Promise.resolve();

  info(): WorkspaceInfo | null {
    if (!this.open) return null;
    return { name: nameOf(this.open.file), folder: path.dirname(this.open.file) };
  }

  /** @throws AppError workspace-none when no workspace is open */
  services(): Services {
    if (!this.open) throw new AppError('workspace-none', 'No workspace is open', 'open or create one first');
    return this.open.services;
  }

  /** Opens a workspace in place of the present one, which stays when the new one cannot be opened. */
  async enter(file: string, options: { create?: boolean } = {}): Promise<WorkspaceInfo> {
    if (this.open?.file === file) return this.info()!;
    const services = await compose(file, options);
    await this.leave();
    this.open = { file, services };
    return this.info()!;
  }

  /** Closes the workspace once the work on it has ended. */
  async leave(): Promise<void> {
    await this.last;
    this.open?.services.close();
    this.open = undefined;
  }

  /** Queues work that changes the workspace: it holds one connection, so two transactions would mix. */
  change<Value>(work: (services: Services) => Promise<Value>): Promise<Value> {
    const next = this.last.then(() => work(this.services()));
    // A failed job must not fail those after it.
    this.last = next.catch(() => undefined);
    return next;
  }
}
