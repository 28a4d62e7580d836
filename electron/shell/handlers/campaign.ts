import * as messages from '../../ipc/campaign.js';
import { membersBeside, readManifest, type Manifest } from '../../services/audience/manifest.js';
import { idsOfMembers, measureCampaign, readMembers, readOutcomes } from '../../services/audience/measure.js';
import type { Grants } from '../grants.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** The instructions by which customers were chosen, or the names of the offers. */
function askedIn({ ask, rankings }: Manifest): string[] {
  return 'offers' in ask ? ask.offers.offers.map(({ name }) => name) : rankings.map(({ instruction }) => instruction);
}

/** The manifest that the person chooses; undefined when the dialog was closed. */
export async function chosenManifest(shell: Shell): Promise<{ file: string; manifest: Manifest } | undefined> {
  const [file] =
    (await shell.askToOpen({
      title: 'Choose the manifest of an export',
      properties: ['openFile'],
      filters: [{ name: 'Manifest', extensions: ['json'] }],
    })) ?? [];
  return file === undefined ? undefined : { file, manifest: readManifest(file) };
}

/** What the window is told of an export that was made earlier. */
export function shownCampaign(grants: Grants, file: string, manifest: Manifest): messages.Campaign {
  const { createdAt, counts } = manifest;
  const { treated = 0, holdout = 0 } = counts;
  return { file: grants.grant(file), createdAt, asked: askedIn(manifest), treated, holdout };
}

export function handleCampaign(shell: Shell): void {
  const { grants, tasks } = shell;

  handle(messages.chooseCampaign, async () => {
    const chosen = await chosenManifest(shell);
    if (!chosen) return null;
    membersBeside(chosen.file, chosen.manifest);
    return shownCampaign(grants, chosen.file, chosen.manifest);
  });

  handle(messages.measureCampaign, ({ taskId, campaign, outcomes, column }) =>
    tasks.run(taskId, 'Measure a campaign', async () => {
      const manifest = grants.pathOf(campaign);
      const members = await readMembers(membersBeside(manifest, readManifest(manifest)));
      return measureCampaign(
        members,
        await readOutcomes(grants.pathOf(outcomes), column, { known: idsOfMembers(members) }),
      );
    }),
  );
}
