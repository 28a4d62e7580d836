import { rankerOf } from '../../composition.js';
import * as messages from '../../ipc/remake.js';
import { remakeExport } from '../../services/audience/export.js';
import { readManifest } from '../../services/audience/manifest.js';
import { handle } from '../handle.js';
import { askForExport } from '../save-dialogs.js';
import type { Shell } from '../shell.js';
import { shownExport } from './audience.js';
import { chosenManifest, shownCampaign } from './campaign.js';

export function handleRemake(shell: Shell): void {
  const { session, grants, tasks } = shell;

  handle(messages.chooseManifest, async () => {
    const chosen = await chosenManifest(shell);
    return chosen ? shownCampaign(grants, chosen.file, chosen.manifest) : null;
  });

  handle(messages.remakeExport, async ({ taskId, manifest }) => {
    const file = grants.pathOf(manifest);
    const out = await askForExport(shell, readManifest(file).format, 'Make an export again');
    if (out === undefined) return null;
    const report = await tasks.run(taskId, 'Make an export again', (task) =>
      session.change(task, (services) => remakeExport(services.workspace, rankerOf(services), file, out, task)),
    );
    const outputs = readManifest(report.manifest).outputs.map(({ file: name, sha256 }) => ({ file: name, sha256 }));
    return { ...shownExport(grants, report), outputs };
  });
}
