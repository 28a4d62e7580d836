import * as messages from '../../ipc/offers.js';
import { exportAudience } from '../../services/audience/export.js';
import { evaluateOffers, knownOffers, type OfferEvaluation } from '../../services/audience/measure-offers.js';
import { planOffers } from '../../services/audience/plan-offers.js';
import { offersSpec, type AudienceSpec, type OffersSpec } from '../../services/audience/spec.js';
import { writeRecipe } from '../../services/recipe/write-recipe.js';
import type { Workspace } from '../../services/workspace/workspace.js';
import { labelsOf, storedAsks, whoOf, type StoredAsks } from '../audience-rules.js';
import { handle } from '../handle.js';
import { askForExport, askForRecipe } from '../save-dialogs.js';
import type { Shell } from '../shell.js';
import { shownExport } from './audience.js';

/** The figures at one offer and at three, way by way. */
function shownEvaluation(first: OfferEvaluation, three: OfferEvaluation): messages.OfferEvaluation {
  return {
    offers: first.offers,
    customers: first.byRank.customers,
    ways: messages.offerWaySchema.options.map((way) => ({
      way,
      hitRateAt1: first[way].hitRate,
      hitRateAt3: three[way].hitRate,
      ndcgAt3: three[way].ndcg,
    })),
  };
}

export function handleOffers(shell: Shell): void {
  const { session, grants, tasks } = shell;

  /** What the offering asks for, as the audience service takes it. */
  async function specsOf(
    workspace: Workspace,
    { offers, contacts, who }: messages.Offering,
  ): Promise<StoredAsks & { spec: OffersSpec; audience: AudienceSpec }> {
    const ids = offers.map(({ rankingId }) => rankingId);
    const stored = await storedAsks(workspace, ids);
    const spec = offersSpec.parse({
      offers: offers.map(({ name, capacity, outcome, ratePercent }, at) => ({
        name,
        ...stored.asks[at],
        ...(capacity !== null && { capacity }),
        ...(outcome !== null && { labels: { imported: outcome } }),
        ...(outcome === null && ratePercent !== null && { rate: ratePercent / 100 }),
      })),
      ...(contacts !== null && { contacts }),
    });
    return { ...stored, spec, audience: whoOf(grants, who, `offers ${ids.join(' ')}`) };
  }

  handle(messages.planOffers, async ({ taskId, offering }) => {
    const workspace = session.reader();
    const { rank, spec, audience } = await specsOf(workspace, offering);
    return tasks.run(taskId, 'Plan offers', async (task) => {
      const { plan, counts } = await planOffers(workspace, rank, spec, audience, task);
      const { comparison, perOffer, unassigned } = plan;
      const { ranked, selected: assigned, holdout } = counts;
      return { comparison, perOffer, assigned, holdout, unassigned, leftOut: ranked - assigned - unassigned };
    });
  });

  handle(messages.evaluateOffers, async ({ taskId, offers }) => {
    const workspace = session.reader();
    const { asks, rank } = await storedAsks(
      workspace,
      offers.map(({ rankingId }) => rankingId),
    );
    const spec = offersSpec.parse({
      offers: offers.map(({ name, taken }, at) => ({ name, ...asks[at], labels: labelsOf(grants, taken) })),
    });
    return tasks.run(taskId, 'Measure offers', async (task) => {
      const known = await knownOffers(workspace, rank, spec, task);
      return shownEvaluation(evaluateOffers(known, 1), evaluateOffers(known, 3));
    });
  });

  handle(messages.exportOffers, async ({ taskId, offering, format }) => {
    const out = await askForExport(shell, format, 'Export offers');
    if (out === undefined) return null;
    const workspace = session.reader();
    const { rank, spec, audience } = await specsOf(workspace, offering);
    const request = { ask: { offers: spec }, audience, format, out };
    return shownExport(
      grants,
      await tasks.run(taskId, 'Export offers', (task) => exportAudience(workspace, rank, request, task)),
    );
  });

  handle(messages.saveOffersRecipe, async ({ offering, format }) => {
    const workspace = session.reader();
    const { fit, spec, audience } = await specsOf(workspace, offering);
    const request = { fit: fit(), ask: { offers: spec }, audience, format };
    const file = await askForRecipe(shell);
    if (file === undefined) return null;
    await writeRecipe(workspace, request, file);
    return file;
  });
}
