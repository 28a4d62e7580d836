import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { GrantedFile } from '../ipc/vocabulary.js';
import { AppError } from '../services/errors.js';

/**
 * The files that the person handed to the app: in a dialog, by dropping them, or by an export. The window refers to
 * them by handle, so that it can name no path of its own.
 */
export class Grants {
  private readonly paths = new Map<string, string>();

  grant(file: string): GrantedFile {
    const known = [...this.paths].find(([, granted]) => granted === file)?.[0];
    const handle = known ?? randomUUID();
    this.paths.set(handle, file);
    return { handle, name: path.basename(file), bytes: statSync(file).size };
  }

  /** @throws AppError file-not-granted */
  pathOf(handle: string): string {
    const file = this.paths.get(handle);
    if (file) return file;
    throw new AppError('file-not-granted', 'This file was not handed to the app', 'choose the file again');
  }
}
