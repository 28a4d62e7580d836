// `npm run -s cli -- bench tune [DATA] [--sets a,b] [--customers N]`: how long tuning takes, by the number of examples, with
// and without a soft prompt, beside ranking the same customers in the same run. Loading the model and preparing are left out.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compose, type Services } from '../electron/composition.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import type { LabelSet } from '../electron/services/evaluate/labels.js';
import { examplesFromLabels } from '../electron/services/tune/examples.js';
import { cutSet, labelFile, targets } from './benchmark-set.js';

const SIZES = [64, 1000];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string', default: 'coil2000,anime5k,uci_online_retail' },
    customers: { type: 'string', default: '4000' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const data = positionals[0] ?? '../shared/data';
mkdirSync(options.cache, { recursive: true });

console.log('| set | customers | ranking, s | examples | tuning, s | × ranking | with soft prompt, s | × ranking |');
console.log('|---|---|---|---|---|---|---|---|');
for (const set of options.sets.split(',')) await timeSet(set);

async function timeSet(set: string): Promise<void> {
  const path = join(options.cache, `${set}.tune.instructue`);
  rmSync(path, { force: true });
  const services = await compose(path, { create: true });
  try {
    await services.importFiles(await cutSet(data, set, Number(options.customers), options.cache));
    const { label, instruction, answer } = targets.find((target) => target.set === set)!;
    // The first ranking prepares and loads.
    await services.rank({ instruction, answer }, { device: 'cpu' });
    const { customers, seconds } = await services.rank({ instruction, answer }, { device: 'cpu' });
    const ranking = seconds.read + seconds.score + seconds.store;
    const labels = await readLabels(join(data, set, labelFile(set)), label);
    const question = { instruction, answer };
    for (const size of SIZES) {
      const some = await firstOf(services, labels, size);
      const times = [];
      for (const softPrompt of [false, true]) {
        const tuning = { name: `${size}`, softPrompt, device: 'cpu' };
        times.push((await services.tune(question, (workspace) => examplesFromLabels(workspace, some), tuning)).seconds);
      }
      const cells = times.flatMap((time) => [time.toFixed(1), (time / ranking).toFixed(1)]);
      console.log(`| ${[set, customers, ranking.toFixed(1), size, ...cells].join(' | ')} |`);
    }
  } finally {
    services.close();
  }
}

/** The first labelled customers of the workspace, half of them positive where there are enough. */
async function firstOf({ workspace }: Services, labels: LabelSet, size: number): Promise<LabelSet> {
  const known = await workspace.all<{ user_id: string }>('SELECT user_id FROM customers ORDER BY md5(user_id)');
  const having = (value: 0 | 1): string[] =>
    known.map(({ user_id }) => user_id).filter((id) => labels.values.get(id) === value);
  const positives = having(1).slice(0, size / 2);
  const chosen = [...positives, ...having(0).slice(0, size - positives.length)];
  return { ...labels, values: new Map(chosen.map((id) => [id, labels.values.get(id)!])) };
}
