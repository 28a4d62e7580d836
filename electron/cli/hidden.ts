import { derivedFiles, type DerivedFile } from '../services/index/derived-file.js';
import { hideCondition, hideText, type Hide } from '../services/index/hide.js';
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
  const files = await derivedFiles(workspace);
  const lines: string[] = [];
  for (const hide of hides) {
    let rows = 0;
    for (const file of files) rows += await countHidden(workspace, file, hide);
    const told = hideText(hide).replace('=', ' = ');
    lines.push(
      rows > 0
        ? `left out: ${rows} rows with ${told}`
        : `left out: nothing, no row has ${told}; check how the file writes it`,
    );
  }
  return lines;
}

async function countHidden(workspace: Workspace, file: DerivedFile, hide: Hide): Promise<number> {
  const condition = hideCondition(hide, file);
  if (!condition) return 0;
  const counted = await workspace.one<{ n: number }>(`SELECT count(*) AS n FROM rows_${file.id} WHERE ${condition}`);
  return counted!.n;
}
