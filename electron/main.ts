import { app, Menu } from 'electron';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { askBeforeClosing } from './shell/closing.js';
import { handleApp } from './shell/handlers/app.js';
import { handleAsk } from './shell/handlers/ask.js';
import { handleAudience } from './shell/handlers/audience.js';
import { handleCampaign } from './shell/handlers/campaign.js';
import { handleData } from './shell/handlers/data.js';
import { handleEvaluate } from './shell/handlers/evaluate.js';
import { handleExplain } from './shell/handlers/explain.js';
import { handleFit } from './shell/handlers/fit.js';
import { handleMap } from './shell/handlers/map.js';
import { handleOffers } from './shell/handlers/offers.js';
import { handleRank } from './shell/handlers/rank.js';
import { handleRecipe } from './shell/handlers/recipe.js';
import { handleRemake } from './shell/handlers/remake.js';
import { handleTune } from './shell/handlers/tune.js';
import { handleWorkspace } from './shell/handlers/workspace.js';
import { registerScheme, serve } from './shell/protocol.js';
import { Shell } from './shell/shell.js';
import { openWindow } from './shell/window.js';

/** dist/, where the bundle lies. */
const folder = path.dirname(fileURLToPath(import.meta.url));

async function start(): Promise<void> {
  await app.whenReady();
  // The default menu brings reload and developer tools, which a product does not offer.
  if (app.isPackaged) Menu.setApplicationMenu(null);
  serve(path.join(folder, 'renderer'));
  const shell = new Shell();
  for (const register of [
    handleApp,
    handleWorkspace,
    handleData,
    handleRank,
    handleAsk,
    handleFit,
    handleMap,
    handleExplain,
    handleEvaluate,
    handleTune,
    handleAudience,
    handleCampaign,
    handleOffers,
    handleRemake,
    handleRecipe,
  ])
    register(shell);
  shell.window = await openWindow(path.join(folder, 'preload.cjs'));
  askBeforeClosing(shell.window, shell);

  app.on('second-instance', () => {
    shell.window?.restore();
    shell.window?.focus();
  });
  app.on('window-all-closed', async () => {
    shell.tasks.cancelAll();
    await shell.session.leave();
    app.quit();
  });
}

registerScheme();
// Root cannot enter Chromium's sandbox and starts without it (build/start.mjs); everybody else is held to it.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
// Two processes cannot hold one workspace; a second start shows the first window.
if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
} else {
  app.quit();
}
