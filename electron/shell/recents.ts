import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const KEPT = 8;
const filesSchema = z.array(z.string());

/** The workspaces opened last, newest first, kept in a file beside the app's settings. */
export class Recents {
  constructor(private readonly file: string) {}

  /** Those that still exist. A damaged list is an empty one: it is a convenience, not data. */
  list(): string[] {
    if (!existsSync(this.file)) return [];
    try {
      const { data = [] } = filesSchema.safeParse(JSON.parse(readFileSync(this.file, 'utf8')));
      return data.filter((workspace) => existsSync(workspace));
    } catch {
      return [];
    }
  }

  add(workspace: string): void {
    const files = [workspace, ...this.list().filter((other) => other !== workspace)].slice(0, KEPT);
    writeFileSync(this.file, JSON.stringify(files));
  }
}

export const nameOf = (workspace: string): string => path.basename(workspace, '.instructue');
