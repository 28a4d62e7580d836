/** `npm start`: the window where there is a display, else the main job on the bundled sample. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { bundle } from './bundle.mjs';
import { ensureElectron, ensurePackages, ensureSystemLibraries, root, say } from './setup.mjs';
import { rankSample } from './sample.mjs';

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

async function openWindow() {
  await ensureElectron();
  ensureSystemLibraries({ virtualDisplay: false });
  await bundle();
  const { default: electron } = await import('electron');
  // Chromium's sandbox cannot be entered by root.
  const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(electron, [...flags, root, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('exit', (code) => (process.exitCode = code ?? 1));
}

try {
  ensurePackages();
  if (hasDisplay) await openWindow();
  else await rankSample(path.join(root, 'release', 'sample'));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
