import type { Engine } from '../../../electron/engine/engine.js';
import { Readout } from '../../../electron/services/rank/readout.js';
import type { Scorer } from '../../../electron/services/rank/score.js';
import type { Workspace } from '../../../electron/services/workspace/workspace.js';

/** The same scorer with its learned path open, whatever the owners of what is asked for say. */
export async function opened(workspace: Workspace, engine: Engine, scorer: Scorer): Promise<Scorer> {
  const { read, scores } = scorer.wanted;
  return { ...scorer, gate: 1, readout: await Readout.of(workspace, engine, read, scores.facts) };
}
