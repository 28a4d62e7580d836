// `npm run -s cli -- bench speed [--customers 100000]`: how fast customers are encoded and ranked, as ratios in one run.
// The customers are those of the bundled sample, repeated. The rivals read every customer anew for the instruction: the
// language model's kept layers over the customer's words and the instruction, and the text encoder over the same words.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { modelFolder } from '../electron/composition.js';
import { Engine } from '../electron/engine/engine.js';
import { encode } from '../electron/services/index/encode.js';
import { rankInstruction } from '../electron/services/rank/rank.js';
import { repeatedSample } from './repeated-sample.js';

const { values: options } = parseArgs({
  options: { customers: { type: 'string', default: '100000' }, cache: { type: 'string', default: '.cache/speed' } },
});
const INSTRUCTION = 'customers who would buy garden furniture next month';
const READ_ANEW = 24;
/** With more customers the readout of all of them is not timed: it takes longer than everything else together. */
const MOST_READ = 150_000;
rmSync(options.cache, { recursive: true, force: true });
mkdirSync(options.cache, { recursive: true });

const services = await repeatedSample(options.cache, Number(options.customers));
const { workspace } = services;
const engine = await services.engine('cpu');
const encoded = await timed(() => encode(workspace, engine));
const { n } = (await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customer_index'))!;
await rankInstruction(workspace, engine, { instruction: 'warm up' });
const closed = await timed(() => rankInstruction(workspace, engine, { instruction: INSTRUCTION }));
const opened = n <= MOST_READ ? await rankOpened() : undefined;
const texts = await customerTexts();
const words = texts.map((text) => [...INSTRUCTION.split(' '), ...text.split(' ')]);
const anew =
  (await timed(async () => {
    for (const one of words) await engine.readInstruction(one);
  })) / texts.length;
const similarity = (await timed(() => engine.embedTexts(texts))) / texts.length;

console.log(
  `${n} customers, ${engine.devices.device}; peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`,
);
console.log('| work | customers per second | times re-encoding | times the text encoder |\n|---|---|---|---|');
line('encoded once (index)', encoded / n);
line('ranked for a new instruction', closed / n);
if (opened !== undefined) line('ranked with the learned path open', opened / n);
line('re-encoded through the kept language-model layers', anew);
line('concatenated text through the text encoder (64 tokens)', similarity);
services.close();

function line(name: string, secondsPerCustomer: number): void {
  const ratio = (rival: number): string => (rival / secondsPerCustomer).toFixed(1);
  console.log(`| ${name} | ${(1 / secondsPerCustomer).toFixed(1)} | ${ratio(anew)} | ${ratio(similarity)} |`);
}

async function rankOpened(): Promise<number> {
  const open = await Engine.load(openGate(), 'cpu');
  const seconds = await timed(() => rankInstruction(workspace, open, { instruction: INSTRUCTION }));
  await open.release();
  return seconds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The shipped model with its gate opened, to time the readout that a fitted workspace would run. */
function openGate(): string {
  const folder = resolve(options.cache, 'open-gate');
  mkdirSync(folder);
  const description = JSON.parse(readFileSync(join(modelFolder(), 'model.json'), 'utf8')) as { files: object };
  for (const name of Object.keys(description.files)) symlinkSync(resolve(modelFolder(), name), join(folder, name));
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...description, gate: 0.3 }));
  return folder;
}

/** Everything that some customers have, as one text each. */
async function customerTexts(): Promise<string[]> {
  const rows = await workspace.all<{ text: string }>(
    `SELECT string_agg(s.text, ' ' ORDER BY s.string) AS text FROM events e JOIN strings s USING (string)
     WHERE e.customer < ${READ_ANEW} GROUP BY e.customer ORDER BY e.customer`,
  );
  return rows.map(({ text }) => text.split(' ').slice(0, 300).join(' '));
}
