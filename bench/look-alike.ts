// `npm run -s cli -- bench look-alike [DATA] [--sets a,b] [--targets N] [--customers N]`: what likeness to the owners of what is
// named adds to the evidence, by how loud it is. Both halves of a set in one workspace, the second without the rows that give
// a target away; AUC on the second half.
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Services } from '../electron/composition.js';
import { readLabels } from '../electron/services/evaluate/evaluate.js';
import { auc } from '../electron/services/evaluate/metrics.js';
import { prepareScorer, scoreCustomers } from '../electron/services/rank/score.js';
import { unattended } from '../electron/services/task.js';
import { labelFile, sets, targets, type Target } from './benchmark-set.js';
import { openTarget, secondHalf } from './few-shot-features.js';
import { average } from './text-similarity.js';

/** Times the loudness that ranking uses. */
const LOUDNESS = [0, 1 / 4, 1 / 2, 1, 2];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    targets: { type: 'string', default: '5' },
    customers: { type: 'string', default: '3000' },
    cache: { type: 'string', default: '.cache/bench' },
  },
});
const half = {
  data: positionals[0] ?? '../shared/data',
  cache: options.cache,
  customers: Number(options.customers),
  steps: 0,
};
mkdirSync(options.cache, { recursive: true });

console.log('# Likeness to the owners of what is named: AUC by its loudness, as a part of the one that ships\n');
console.log(`| set | targets | ${LOUDNESS.map((times) => times.toFixed(2)).join(' | ')} |`);
console.log(`|---|---|${'---|'.repeat(LOUDNESS.length)}`);
const all: number[][] = [];
for (const set of options.sets?.split(',') ?? Object.keys(sets)) {
  const rows: number[][] = [];
  for (const target of chosenTargets(set)) rows.push(await scoredAt(target));
  const means = meansOf(rows);
  all.push(means);
  console.log(`| ${set} | ${rows.length} | ${cells(means)} |`);
}
console.log(`| **mean over sets** | | ${cells(meansOf(all))} |`);

/** Evenly spaced over the set's targets. */
function chosenTargets(set: string): Target[] {
  const own = targets.filter((target) => target.set === set);
  const count = Math.min(own.length, Number(options.targets));
  return Array.from({ length: count }, (_, i) => own[Math.floor((i * own.length) / count)]!);
}

async function scoredAt(target: Target): Promise<number[]> {
  const services = await openTarget(target, half);
  try {
    return await aucs(services, target);
  } finally {
    services.close();
  }
}

async function aucs({ workspace, engine }: Services, target: Target): Promise<number[]> {
  const cpu = await engine('cpu');
  const { instruction, answer } = target;
  const scorer = await prepareScorer(workspace, cpu, { instruction, answer });
  const { numbers, ids } = await secondHalf(workspace, target, half);
  const { values } = await readLabels(`${half.data}/${target.set}/${labelFile(target.set)}`, target.label);
  const result: number[] = [];
  for (const times of LOUDNESS) {
    const lookAlike = scorer.lookAlike && { ...scorer.lookAlike, scale: times * scorer.lookAlike.scale };
    const scores = new Map<number, number>();
    for await (const { first, events, scores: some } of scoreCustomers(
      workspace,
      cpu,
      { ...scorer, lookAlike },
      unattended,
    ))
      some.forEach((score, at) => {
        if (events.start[at + 1]! > events.start[at]!) scores.set(first + at, score);
      });
    const judged = numbers.flatMap((number, at) => {
      const [score, label] = [scores.get(number), values.get(ids[at]!)];
      return score === undefined || label === undefined ? [] : [{ score, label }];
    });
    const labels = Uint8Array.from(judged, ({ label }) => label);
    const ranked = Float64Array.from(judged, ({ score }) => score);
    result.push(auc(ranked, labels).value);
  }
  return result;
}

function meansOf(rows: readonly number[][]): number[] {
  return LOUDNESS.map((_, at) => average(rows.map((row) => row[at]!)));
}

function cells(values: readonly number[]): string {
  return values.map((value) => value.toFixed(3)).join(' | ');
}
