/**
 * `npm run package`: an installable package of the app for this platform, in release/. Offline on Linux it is a tar.gz;
 * `npm run package -- AppImage deb` makes the others where their helper tools can be downloaded.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { ensureElectron, ensurePackages, root, run, say } from './setup.mjs';

/** @param {string[]} targets electron-builder's names; "dir" makes the unpacked folder alone; none, the configured ones */
export async function packageApp(targets) {
  await bundle();
  const platform = { linux: '--linux', darwin: '--mac', win32: '--win' }[process.platform];
  run(process.execPath, [
    path.join(root, 'node_modules', 'electron-builder', 'cli.js'),
    ...[platform, ...targets, '--publish', 'never', '--config', 'build/electron-builder.yml'],
    `-c.electronDist=${path.join(root, 'node_modules', 'electron', 'dist')}`,
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensurePackages();
    await ensureElectron();
    const asked = process.argv.slice(2);
    await packageApp(process.platform === 'linux' && asked.length === 0 ? ['tar.gz'] : asked);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
