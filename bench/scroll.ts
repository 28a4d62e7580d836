// `npm run -s cli -- bench scroll [--customers 1000000]`: frame times of the real window while the table of a ranking is
// scrolled, from Chromium's own trace. The ranking is made up; scrolling does not depend on what the scores mean.
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compose } from '../electron/composition.js';
import { drive, timeCells, type DrivenApp } from './driven-app.js';

const { values: options } = parseArgs({
  options: { customers: { type: 'string', default: '1000000' }, cache: { type: 'string', default: '.cache/scroll' } },
});
const customers = Number(options.customers);
/** Frames that are scrolled in each way. */
const FRAMES = 400;
/** What a frame may take, in milliseconds. */
const LIMIT = 32;

/** Each way of scrolling: pixels from one frame to the next. */
const ways = {
  'steadily, like a wheel': 120,
  'fast, like a swipe': 2500,
  'through all of it, like the bar': Math.floor((31 * customers) / FRAMES),
};

rmSync(options.cache, { recursive: true, force: true });
const workspace = join(options.cache, 'large.instructue');
await madeUpRanking(workspace);
const driven = await drive(join(options.cache, 'settings'), workspace);
await openRanking(driven);
console.log(`${customers} ranked customers, ${FRAMES} frames each; milliseconds\n`);
console.log(
  '| scrolled | frames drawn | between two frames: median | 95 % | 99 % | largest | above 32 ms | processor time a frame: median | 95 % | 99 % | largest |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|');
for (const [name, pixels] of Object.entries(ways)) {
  const { intervals, work } = await traced(driven, () => scroll(driven, pixels));
  const late = intervals.filter((interval) => interval > LIMIT).length;
  const cells = [name, intervals.length + 1, ...timeCells(intervals), late, ...timeCells(work)];
  console.log(`| ${cells.join(' | ')} |`);
}
await driven.app.close();

/** A workspace with that many customers, a profile of them and a ranking. */
async function madeUpRanking(file: string): Promise<void> {
  const services = await compose(file, { create: true });
  const ws = services.workspace;
  const profile = resolve(options.cache, 'profile.csv');
  await ws.run(
    `COPY (SELECT printf('%08d', i) AS customer_id, ['north', 'south', 'east', 'west'][i % 4 + 1] AS region, 18 + i % 70 AS age
       FROM range(${customers}) t(i)) TO '${profile}' (HEADER)`,
  );
  await services.importFiles([{ kind: 'profile', path: profile }]);
  await ws.run(`INSERT INTO customers SELECT i, printf('%08d', i) FROM range(${customers}) t(i)`);
  await ws.run(`INSERT INTO ranking_scores SELECT 1, i, hash(i) % 1000000 / 1e6 - 0.5 FROM range(${customers}) t(i)`);
  await ws.run(
    `INSERT INTO rankings (id, instruction, model, device, customers, state, created_at)
     VALUES (1, 'a made-up ranking', 'none', 'cpu', ${customers}, 'done', TIMESTAMP '2026-01-01')`,
  );
  services.close();
}

/** Opens it and waits for how its words are read: until then the model loads, which is not what is measured. */
async function openRanking({ page }: DrivenApp): Promise<void> {
  await page.getByRole('button', { name: /^large/ }).click();
  await page.getByRole('navigation').getByText('Ask').click();
  await page.locator(`[role=table][aria-rowcount="${customers + 1}"]`).waitFor();
  await page.locator('section.reading > p > .soft').waitFor();
}

/** Scrolls the table by as many pixels in every frame, from its start. */
async function scroll({ page }: DrivenApp, pixels: number): Promise<void> {
  await page.evaluate(
    async ([by, frames]) => {
      const scroller = document.querySelector('[role=table] [role=rowgroup][tabindex]')!;
      scroller.scrollTop = 0;
      for (let frame = 0; frame < frames!; frame++) {
        await new Promise(requestAnimationFrame);
        scroller.scrollTop += by!;
      }
    },
    [pixels, FRAMES],
  );
}

interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  /** Microseconds that the thread itself ran, whatever else the machine did. */
  tdur?: number;
  pid: number;
  tid: number;
  args: { name?: string };
}

/** Milliseconds between frames drawn, and those of processor time that the window's main thread took for each. */
async function traced({ app }: DrivenApp, work: () => Promise<void>) {
  await app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({
      included_categories: [
        'devtools.timeline',
        'disabled-by-default-devtools.timeline.frame',
        'devtools.timeline.frame',
        'toplevel',
        '__metadata',
      ],
    }),
  );
  await work();
  const file = await app.evaluate(({ contentTracing }) => contentTracing.stopRecording());
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: TraceEvent[] };
  rmSync(file, { force: true });
  return frameTimes(traceEvents);
}

function frameTimes(events: TraceEvent[]): { intervals: number[]; work: number[] } {
  const main = events.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const drawn = events
    .filter(({ name, pid }) => name === 'DrawFrame' && pid === main?.pid)
    .map(({ ts }) => ts / 1000)
    .sort((a, b) => a - b);
  const intervals = drawn.slice(1).map((time, at) => time - drawn[at]!);
  const tasks = events.filter(
    ({ name, ph, pid, tid }) =>
      ph === 'X' && name === 'ThreadControllerImpl::RunTask' && pid === main?.pid && tid === main.tid,
  );
  // Tasks count for the frame before which they ran.
  const work = drawn.slice(1).map((until, at) => {
    const since = drawn[at]!;
    return tasks
      .filter(({ ts }) => ts / 1000 >= since && ts / 1000 < until)
      .reduce((sum, { tdur = 0 }) => sum + tdur / 1000, 0);
  });
  return { intervals, work };
}
