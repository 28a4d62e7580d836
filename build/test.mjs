/** `npm test`: set-up, static checks, unit tests, window tests; the last line adds them up. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { failingChecks, runTool } from './check.mjs';
import { packageApp } from './package.mjs';
import { ensureElectron, ensurePackages, ensureSystemLibraries, root, say } from './setup.mjs';

const results = path.join(root, 'test-results');

/** Passed and failed tests of a vitest JSON report; a run that left no report counts as one failure. */
function countOf(report, succeeded) {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: Math.max(numFailedTests, succeeded ? 0 : 1) };
}

function unitTests() {
  return countOf(path.join(results, 'vitest.json'), runTool(['vitest', 'run']));
}

async function packageIsMade() {
  // What an earlier version was packaged into would pass for this one.
  rmSync(path.join(root, 'release', 'linux-unpacked'), { recursive: true, force: true });
  try {
    await packageApp(['dir']);
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** Under a virtual display of its own where the machine has none. */
function windowTests() {
  const command = [path.join(root, 'node_modules', '.bin', 'vitest'), 'run', '--config', 'vitest.e2e.config.ts'];
  const virtual = process.platform === 'linux' && !process.env.DISPLAY;
  const [program, ...args] = virtual ? ['xvfb-run', '-a', '-s', '-screen 0 1920x1080x24', ...command] : command;
  const { status } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  return countOf(path.join(results, 'e2e.json'), status === 0);
}

try {
  ensurePackages();
  await ensureElectron();
  ensureSystemLibraries({ virtualDisplay: !process.env.DISPLAY });
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const checks = failingChecks();
  const unit = unitTests();
  // The window tests drive the built app and the packaged one; without a package theirs fail.
  if (!(await packageIsMade())) checks.push('package');
  const window = windowTests();
  if (checks.length > 0) say(`Failing checks: ${checks.join(', ')}`);
  const failed = unit.failed + window.failed + checks.length;
  console.log(`${unit.passed + window.passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
