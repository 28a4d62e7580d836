/** The main job without a window: imports the bundled sample and ranks its customers, through the command line. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, say } from './setup.mjs';

const instruction = 'Customers who buy candles and t-lights but not garden items';

function cli(...args) {
  const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const { status } = spawnSync(process.execPath, [tsx, path.join(root, 'electron', 'cli', 'main.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`The command "${args[0]}" failed; its message stands above.`);
}

/** Leaves the workspace and the exported audience in `folder`, and prints where. */
export async function rankSample(folder) {
  mkdirSync(folder, { recursive: true });
  const workspace = path.join(folder, 'sample.instructue');
  const audience = path.join(folder, 'audience.csv');
  for (const file of [workspace, `${workspace}.wal`, audience]) rmSync(file, { force: true });
  const sample = (name) => path.join(root, 'sample', name);
  say('No display: doing the main job on the bundled sample (a real online retailer).');
  cli(
    'import',
    '--workspace',
    workspace,
    `purchases=${sample('transactions.csv.gz')}`,
    `profile=${sample('profile.csv.gz')}`,
  );
  cli('rank', '--workspace', workspace, '--instruction', instruction, '--out', audience);
  const lines = readFileSync(audience, 'utf8').trimEnd().split('\n');
  console.log(`Instruction: ${instruction}`);
  console.log(lines.slice(0, 6).join('\n'));
  console.log(`Ranked ${lines.length - 1} customers. The audience lies in ${audience}`);
}
