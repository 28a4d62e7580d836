/** Builds dist/: main and preload by esbuild, the renderer by vite. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, say } from './setup.mjs';

const stamp = path.join(root, 'dist', '.built');

/** Newest change under a file or folder, in milliseconds since the epoch. */
function newest(target) {
  const stat = statSync(target);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(target).map((name) => newest(path.join(target, name))));
}

function isCurrent() {
  if (!existsSync(stamp)) return false;
  const built = Number(readFileSync(stamp, 'utf8'));
  const sources = ['electron', 'renderer', 'build', 'vite.config.ts', 'package-lock.json'];
  return sources.every((source) => newest(path.join(root, source)) < built);
}

export async function bundle() {
  if (isCurrent()) return;
  say('Building the app …');
  const started = Date.now();
  const esbuild = await import('esbuild');
  const vite = await import('vite');
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  };
  await esbuild.build({
    ...common,
    entryPoints: ['electron/main.ts'],
    outfile: 'dist/main.js',
    format: 'esm',
    external: ['electron', 'onnxruntime-node', '@duckdb/node-api'],
    // Bundled CommonJS libraries still call require.
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
    },
  });
  await esbuild.build({
    ...common,
    entryPoints: ['electron/services/tune/job-thread.ts'],
    // CommonJS, because run-job.ts hands its text to a thread.
    outfile: 'dist/tune-thread.cjs',
    format: 'cjs',
  });
  await esbuild.build({
    ...common,
    entryPoints: ['electron/engine/graph-thread.ts'],
    // CommonJS, because graphs-apart.ts hands its text to a thread; it says where the runtime lies.
    outfile: 'dist/graph-thread.cjs',
    format: 'cjs',
    external: ['onnxruntime-node'],
    banner: { js: "require = require('node:module').createRequire(require('node:worker_threads').workerData.from);" },
  });
  await esbuild.build({
    ...common,
    entryPoints: ['electron/preload.ts'],
    // A sandboxed preload script must be CommonJS, in one file.
    outfile: 'dist/preload.cjs',
    format: 'cjs',
    external: ['electron'],
  });
  await esbuild.build({
    ...common,
    entryPoints: ['electron/services/map/project-worker.ts'],
    // Started from its text, which Node takes for CommonJS.
    outfile: 'dist/map-worker.cjs',
    format: 'cjs',
  });
  await vite.build({
    root: path.join(root, 'renderer'),
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
  });
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, String(started));
}
