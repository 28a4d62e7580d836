/**
 * `npm run package`: an installable package of the app for this platform, in release/. On Linux that is a tar.gz and,
 * where there is dpkg-deb, a deb, both made offline; `npm run package -- AppImage` makes what electron-builder makes,
 * where its helper tools can be downloaded. The last lines say how large each is.
 */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { packageForLinux } from './linux-package.mjs';
import { ensureElectron, ensurePackages, root, run, say } from './setup.mjs';

const release = path.join(root, 'release');

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

/** Bytes of a file, or of all files in a folder. */
function bytesOf(target) {
  const stat = lstatSync(target);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(target).reduce((sum, name) => sum + bytesOf(path.join(target, name)), 0);
}

/** Packages and unpacked apps that were made since then. */
function printSizes(since) {
  const isPackage = /-unpacked$|^mac|\.(tar\.gz|deb|AppImage|exe|dmg)$/;
  for (const name of readdirSync(release).filter((entry) => isPackage.test(entry))) {
    const target = path.join(release, name);
    if (statSync(target).mtimeMs < since) continue;
    console.log(`${path.relative(root, target)}: ${Math.round(bytesOf(target) / 1e6)} MB`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensurePackages();
    await ensureElectron();
    const started = Date.now();
    const asked = process.argv.slice(2);
    if (process.platform === 'linux' && asked.length === 0) {
      await packageApp(['dir']);
      packageForLinux(path.join(release, 'linux-unpacked'), release);
    } else {
      await packageApp(asked);
    }
    printSizes(started);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
