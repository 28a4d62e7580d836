import * as messages from '../../ipc/campaign.js';
import { membersBeside, readManifest, type Manifest } from '../../services/audience/manifest.js';
import { idsOfMembers, measureCampaign, readMembers, readOutcomes } from '../../services/audience/measure.js';
import { handle } from '../handle.js';
import type { Shell } from '../shell.js';

/** The instructions by which customers were chosen, or the names of the offers. */
function askedIn({ ask, rankings }: Manifest): string[] {
  return 'offers' in ask ? ask.offers.offers.map(({ name }) => name) : rankings.map(({ instruction }) => instruction);
}

export function handleCampaign(shell: Shell): void {
  const { grants, tasks } = shell;

  handle(messages.chooseCampaign, async () => {
    const [file] =
      (await shell.askToOpen({
        title: 'Choose the manifest of an export',
        properties: ['openFile'],
        filters: [{ name: 'Manifest', extensions: ['json'] }],
      })) ?? [];
    if (!file) return null;
    const manifest = readManifest(file);
    membersBeside(file, manifest);
    const { createdAt, counts } = manifest;
    const { treated = 0, holdout = 0 } = counts;
    return { file: grants.grant(file), createdAt, asked: askedIn(manifest), treated, holdout };
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
