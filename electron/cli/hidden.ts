import { hideText, type Hide } from '../services/index/hide.js';
import type { Workspace } from '../services/workspace/workspace.js';

/** The rows that rankings leave out: those that somebody hid last, by whatever command. */
export async function hiddenRows(workspace: Pick<Workspace, 'meta'>): Promise<Hide[]> {
  return JSON.parse((await workspace.meta('hides')) ?? '[]') as Hide[];
}

/** Says what is left out, because a command that does not hide anything itself is under what another hid. */
export function hiddenLines(hides: readonly Hide[]): string[] {
  return hides.map((hide) => `left out: rows with ${hideText(hide).replace('=', ' = ')}`);
}
