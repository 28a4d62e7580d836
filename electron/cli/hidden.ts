import { countHidden } from '../services/index/derived-file.js';
import { hideText, type Hide } from '../services/index/hide.js';
import type { Workspace } from '../services/workspace/workspace.js';

/** The rows that rankings leave out: those that somebody hid last, by whatever command. */
export async function hiddenRows(workspace: Pick<Workspace, 'meta'>): Promise<Hide[]> {
  return JSON.parse((await workspace.meta('hides')) ?? '[]') as Hide[];
}

/**
 * Says what is left out, because a command that does not hide anything itself is under what another hid; and where nothing is,
 * because a misspelt value hides nothing.
 */
export async function hiddenLines(workspace: Workspace, hides: readonly Hide[]): Promise<string[]> {
  const lines: string[] = [];
  for (const hide of hides) {
    const rows = await countHidden(workspace, hide);
    const told = hideText(hide).replace('=', ' = ');
    lines.push(
      rows > 0
        ? `left out: rows with ${told} (${rows})`
        : `left out: nothing, no row has ${told}; check how the file writes it`,
    );
  }
  return lines;
}
