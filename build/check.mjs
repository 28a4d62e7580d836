/** `npm run check`: format, lint, types, unit tests. What CI adds are the window tests. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, root, say } from './setup.mjs';

const tool = (name) => path.join(root, 'node_modules', '.bin', name);

/** Name of each static check, and the command that fails when it does not hold. */
const staticChecks = {
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  lint: ['eslint', '--max-warnings', '0', '.'],
  'types (node)': ['tsc', '-p', 'tsconfig.json'],
  'types (renderer)': ['vue-tsc', '-p', 'tsconfig.renderer.json'],
};

/** Runs one of the repository's tools; true when it succeeds. */
export function runTool([name, ...args], options = {}) {
  const { status } = spawnSync(tool(name), args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    ...options,
  });
  return status === 0;
}

/** The names of the static checks that fail. */
export function failingChecks() {
  return Object.entries(staticChecks)
    .filter(([name, command]) => {
      const passed = runTool(command);
      say(`${passed ? 'ok    ' : 'FAILED'} ${name}`);
      return !passed;
    })
    .map(([name]) => name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePackages();
  const failed = failingChecks();
  const tested = runTool(['vitest', 'run']);
  process.exitCode = failed.length === 0 && tested ? 0 : 1;
}
