import * as app from './app.js';
import * as asks from './ask.js';
import * as audience from './audience.js';
import * as campaign from './campaign.js';
import * as data from './data.js';
import * as evaluate from './evaluate.js';
import * as explain from './explain.js';
import * as fit from './fit.js';
import * as map from './map.js';
import { type Message, type Result, resultSchema } from './message.js';
import { misfit } from './misfit.js';
import * as offers from './offers.js';
import * as rank from './rank.js';
import * as recipe from './recipe.js';
import * as remake from './remake.js';
import * as tasks from './tasks.js';
import * as tune from './tune.js';
import * as workspace from './workspace.js';

/** What the bridge needs of Electron; tests bring their own. */
export interface Transport {
  invoke(channel: string, request: unknown): Promise<unknown>;
  /** Subscribes; the function returned ends the subscription. */
  listen(channel: string, listener: (payload: unknown) => void): () => void;
  /** The path of a file that the person dropped on the window. */
  pathOf(file: File): string;
}

/**
 * The one object the window sees: named methods, no channels. Requests are checked here before they leave and
 * in the main process when they arrive; answers likewise.
 */
export function createBridge(transport: Transport) {
  function method<Request, Answer>(message: Message<Request, Answer>) {
    const answer = resultSchema(message.answer);
    return async (request: Request): Promise<Result<Answer>> => {
      const asked = message.request.safeParse(request);
      // A failure, not an exception: of that the window would be left the issues as JSON.
      if (!asked.success) return { ok: false, error: misfit(asked.error) };
      const answered = answer.safeParse(await transport.invoke(message.channel, asked.data));
      return answered.success ? (answered.data as Result<Answer>) : { ok: false, error: misfit(answered.error) };
    };
  }
  const ask = <Answer>(message: Message<undefined, Answer>) => {
    const send = method(message);
    return () => send(undefined);
  };
  const grantPaths = method(data.grantDropped);

  return {
    app: { info: ask(app.appInfo) },
    workspace: {
      create: ask(workspace.createWorkspace),
      choose: ask(workspace.chooseWorkspace),
      openRecent: method(workspace.openRecent),
      openSample: ask(workspace.openSample),
      current: ask(workspace.currentWorkspace),
      close: ask(workspace.closeWorkspace),
      recent: ask(workspace.recentWorkspaces),
    },
    data: {
      chooseFiles: ask(data.chooseFiles),
      grantDropped: (files: File[]) => grantPaths(files.map((file) => transport.pathOf(file))),
      sampleFiles: ask(data.sampleFiles),
      inspect: method(data.inspectFile),
      import: method(data.importFile),
      updateSource: method(data.updateSource),
      removeSource: method(data.removeSource),
      restoreSource: method(data.restoreSource),
      histograms: method(data.numberHistograms),
      overview: ask(data.dataOverview),
      saveRejects: ask(data.saveRejects),
    },
    rank: {
      start: method(rank.startRanking),
      list: ask(rank.listRankings),
      page: method(rank.rankingPage),
      distribution: method(rank.scoreDistribution),
      customer: method(rank.customerSources),
      timeline: method(rank.customerTimeline),
      columns: ask(rank.profileColumns),
      words: method(rank.columnWords),
    },
    ask: {
      read: method(asks.readAhead),
      compare: method(asks.compareRankings),
      moves: method(asks.largestMoves),
    },
    evaluate: {
      labels: ask(evaluate.listLabels),
      rankings: method(evaluate.evaluateRankings),
      stability: method(evaluate.rankingStability),
    },
    explain: {
      customer: method(explain.explainCustomer),
      nearest: method(explain.nearestCustomers),
      audience: method(explain.audienceLifts),
    },
    fit: {
      estimate: ask(fit.estimateFit),
      start: method(fit.startFit),
      list: ask(fit.listFits),
      use: method(fit.useFit),
      delete: method(fit.deleteFit),
      restore: method(fit.restoreFit),
    },
    tune: {
      chooseExamples: ask(tune.chooseExamples),
      start: method(tune.startTuning),
      list: ask(tune.listTuned),
      rank: method(tune.rankTuned),
      suggest: method(tune.suggestCards),
      answer: method(tune.answerCard),
      note: method(tune.noteTuned),
      use: method(tune.useTuned),
      delete: method(tune.deleteTuned),
      restore: method(tune.restoreTuned),
    },
    audience: {
      preview: method(audience.previewAudience),
      chooseLists: ask(audience.chooseLists),
      chooseOutcomes: ask(audience.chooseOutcomes),
      export: method(audience.exportAudience),
      saveRecipe: method(audience.saveRecipe),
      reveal: method(audience.revealExport),
    },
    campaign: { choose: ask(campaign.chooseCampaign), measure: method(campaign.measureCampaign) },
    remake: { choose: ask(remake.chooseManifest), start: method(remake.remakeExport) },
    recipe: { choose: ask(recipe.chooseRecipe), run: method(recipe.runRecipe) },
    offers: {
      plan: method(offers.planOffers),
      evaluate: method(offers.evaluateOffers),
      export: method(offers.exportOffers),
      saveRecipe: method(offers.saveOffersRecipe),
    },
    map: {
      make: method(map.makeMap),
      read: method(map.readMap),
      columns: ask(map.mapColumns),
      colours: method(map.mapColours),
      search: method(map.searchMap),
      saveSegment: method(map.saveSegment),
      segments: ask(map.listSegments),
    },
    tasks: {
      list: ask(tasks.listTasks),
      cancel: method(tasks.cancelTask),
      onReport: (listener: (report: tasks.TaskReport) => void) =>
        transport.listen(tasks.taskReported.channel, (payload) => listener(tasks.taskReported.payload.parse(payload))),
    },
  };
}

/** The type of `window.instructue`. */
export type Bridge = ReturnType<typeof createBridge>;
