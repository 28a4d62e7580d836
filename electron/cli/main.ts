import { readdirSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { errorLine } from './output.js';

interface CommandModule {
  register(program: Command): void;
}

const folder = new URL('./commands/', import.meta.url);

async function main(): Promise<void> {
  const program = new Command('instructue')
    .description('Rank customers by an instruction-aware user embedding')
    .exitOverride();
  program.configureOutput({
    outputError: (text, write) => write(text.replace(/^error: (.*?)\.?\n?$/s, 'error: $1 — see --help\n')),
  });
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
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 1;
    return;
  }
  process.stderr.write(`${errorLine(error)}\n`);
  process.exitCode = 1;
});
