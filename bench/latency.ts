// `npm run -s cli -- bench latency`: how long the window and the main process take to answer while the bundled sample is
// encoded, ranked, mapped and learned from. Asked every 25 ms; the window's own delay is that of a timer.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drive, timeCells } from './driven-app.js';

const { values: options } = parseArgs({ options: { cache: { type: 'string', default: '.cache/latency' } } });
rmSync(options.cache, { recursive: true, force: true });
const { app, page } = await drive(join(options.cache, 'settings'), undefined);
await page.getByRole('button', { name: /Try with sample data/ }).click();
await page.getByRole('button', { name: 'Import 2 files' }).click();
await page.getByRole('button', { name: 'Ask a question' }).click();

console.log(
  '| while | asked | window: median | 95 % | 99 % | largest | main process: median | 95 % | 99 % | largest |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|');
await line('nothing runs', 'idle');
await line('customers are encoded and ranked', 'rank');
await line('they are ranked again', 'rank');
await line('they are mapped', 'map');
await line('they are learned from', 'fit');
await app.close();

async function line(name: string, what: 'idle' | 'rank' | 'map' | 'fit'): Promise<void> {
  const { window: own, main } = await page.evaluate(async (work) => {
    const { rank, map, fit, tasks } = window.instructue;
    let isOver = false;
    const running =
      work === 'rank'
        ? rank.start({ taskId: 'bench', question: { instruction: 'customers who buy party bunting' } })
        : work === 'map'
          ? map.make({ taskId: 'bench', view: { by: 'general' } })
          : work === 'fit'
            ? fit.start({ taskId: 'bench', minutes: 1, fresh: false })
            : new Promise((resolve) => setTimeout(resolve, 5000));
    void running.finally(() => (isOver = true));
    const times = { window: [] as number[], main: [] as number[] };
    while (!isOver) {
      const slept = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 25));
      const asked = performance.now();
      times.window.push(asked - slept - 25);
      await tasks.list();
      times.main.push(performance.now() - asked);
    }
    return times;
  }, what);
  console.log(`| ${[name, main.length, ...timeCells(own), ...timeCells(main)].join(' | ')} |`);
}
