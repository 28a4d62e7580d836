import { readdirSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { errorJson, errorLine } from './output.js';

interface CommandModule {
  register(program: Command): void;
}

const folder = new URL('./commands/', import.meta.url);

async function main(): Promise<void> {
  const program = new Command('instructue')
    .description('Rank customers by an instruction-aware user embedding')
    .exitOverride();
  // Every error is written in one place, below.
  program.configureOutput({ outputError: () => undefined });
  for (const file of filesFor(process.argv[2])) {
    const command = (await import(new URL(file, folder).href)) as CommandModule;
    command.register(program);
  }
  await program.parseAsync();
}

/** The file of the command asked for, which is named like it; all of them for the help text or an unknown command. */
function filesFor(asked: string | undefined): string[] {
  const files = readdirSync(folder)
    .filter((name) => /^[a-z-]+\.(ts|js)$/.test(name))
    .sort();
  const own = files.filter((name) => name.replace(/\.(ts|js)$/, '') === asked);
  return own.length > 0 ? own : files;
}

// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

main().catch((error: unknown) => {
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 1;
  // The help text has been shown, as it was asked for or for want of a command.
  if (error instanceof CommanderError && error.code.startsWith('commander.help')) return;
  if (process.exitCode === 1)
    process.stderr.write(`${process.argv.includes('--json') ? errorJson(error) : errorLine(error)}\n`);
});
