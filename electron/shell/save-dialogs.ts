import { app } from 'electron';
import path from 'node:path';
import type { ExportFormat } from '../ipc/audience.js';
import type { Shell } from './shell.js';

/** Asks for an export's file, which gets the format's ending when it has none; undefined when the dialog was closed. */
export function askForExport(shell: Shell, format: ExportFormat, title: string): Promise<string | undefined> {
  return format === 'parquet'
    ? ask(shell, title, 'audience', { name: 'Parquet', ending: 'parquet' })
    : ask(shell, title, 'audience', { name: 'CSV', ending: 'csv' });
}

/** Asks for a recipe's file; undefined when the dialog was closed. */
export function askForRecipe(shell: Shell): Promise<string | undefined> {
  return ask(shell, 'Save as recipe', 'recipe', { name: 'Recipe', ending: 'json' });
}

async function ask(
  shell: Shell,
  title: string,
  called: string,
  { name, ending }: { name: string; ending: string },
): Promise<string | undefined> {
  const target = await shell.askWhereToSave({
    title,
    defaultPath: path.join(app.getPath('documents'), `${called}.${ending}`),
    filters: [{ name, extensions: [ending] }],
  });
  return target === undefined || path.extname(target) ? target : `${target}.${ending}`;
}
