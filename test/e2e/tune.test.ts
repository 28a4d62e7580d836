import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const sample = path.resolve(import.meta.dirname, '../../sample');
const INSTRUCTION = 'Customers who would buy Christmas decorations';
const LABEL = 'bought_christmas_sep_nov';

/** The sample's known outcomes, by customer. */
const outcomes = (): Map<string, string> => {
  const [header = '', ...rows] = gunzipSync(readFileSync(path.join(sample, 'labels.csv.gz')))
    .toString()
    .trim()
    .split(/\r?\n/);
  const at = header.split(',').indexOf(LABEL);
  return new Map(rows.map((row) => [row.split(',')[0]!, row.split(',')[at]!]));
};

describe('tuning by what the analyst knows', () => {
  let real: RealApp;
  const cards = () => real.page.getByRole('list', { name: 'Is this one of them?' }).getByRole('listitem');
  const way = (name: string) => real.page.getByRole('radio', { name }).check({ force: true });

  beforeAll(async () => {
    real = await RealApp.launch();
    await real.saveAs(path.join(real.folder, 'shop.instructue'));
    await real.page.getByRole('button', { name: /New workspace/ }).click();
    await real.choose(path.join(sample, 'transactions.csv.gz'), path.join(sample, 'profile.csv.gz'));
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    await real.page.getByRole('button', { name: 'Import 2 files' }).click();
    await real.page.getByRole('button', { name: 'Ask a question' }).click({ timeout: 60_000 });
    await real.page.getByRole('textbox', { name: 'Instruction' }).fill(INSTRUCTION);
    await real.page.getByRole('button', { name: 'Rank customers' }).click();
    await real.page.getByText('1,500 customers ranked on').waitFor({ timeout: 170_000 });
    await real.page.getByRole('navigation').getByText('Tune').click();
  }, 300_000);
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('failed-tune');
  });

  it('asks about the customers whose answer teaches most, and keeps the answers', async () => {
    await way('Answer yes or no');
    await real.page.getByRole('button', { name: 'Ask me about ten customers' }).click();
    await cards().first().waitFor({ timeout: 120_000 });
    expect(await cards().count()).toBe(10);
    await real.shoot('tune-cards');
    await real.expectAccessible();
    const known = outcomes();
    for (let at = 0; at < 10; at++) {
      const id = (await cards().nth(at).locator('strong').textContent())!;
      const answer = known.get(id) === '1' ? 'Yes' : 'No';
      await cards()
        .nth(at)
        .getByRole('button', { name: `${answer}: ${id}` })
        .click();
      await cards()
        .nth(at)
        .getByRole('button', { name: `Take back: ${id}` })
        .waitFor();
    }
    await real.page.getByText(/^\d+ yes, \d+ no$/).waitFor();
    const last = (await cards().nth(9).locator('strong').textContent())!;
    await real.page.getByRole('button', { name: `Take back: ${last}` }).click();
    await real.page.getByRole('button', { name: `Yes: ${last}` }).waitFor();
    const told = (await real.page.getByText(/^\d+ yes, \d+ no$/).textContent())!;
    expect(told.match(/\d+/g)!.reduce((sum, number) => sum + Number(number), 0)).toBe(9);
    // Tuning needs both answers; the last one makes sure of the rarer.
    const [yes = 0] = told.match(/\d+/g)!.map(Number);
    await real.page.getByRole('button', { name: `${yes === 0 ? 'Yes' : 'No'}: ${last}` }).click();
    await real.page.getByRole('button', { name: `Take back: ${last}` }).waitFor();
  });

  it('tunes by the answers and asks on', async () => {
    const asked = await cards().locator('strong').allTextContents();
    await real.page.getByRole('button', { name: 'Tune by these answers' }).click();
    await real.page.getByText('Version 1').waitFor({ timeout: 120_000 });
    await real.page
      .getByRole('button', { name: /^Yes: / })
      .first()
      .waitFor({ timeout: 120_000 });
    const next = await cards().locator('strong').allTextContents();
    expect(next.filter((id) => asked.includes(id))).toEqual([]);
  });

  it('takes pasted ids as customers that fit, while the window goes on answering', async () => {
    await way('Paste ids');
    const fitting = [...outcomes()].filter(([, label]) => label === '1').map(([id]) => id);
    await real.page.getByRole('textbox', { name: 'Customer ids' }).fill(fitting.slice(0, 60).join('\n'));
    await real.page.getByText('60 ids').waitFor();
    await real.page.getByRole('checkbox', { name: /soft prompt/ }).check();
    await real.page.getByRole('button', { name: 'Tune', exact: true }).last().click();
    // The main process answers while it tunes; half a second would be seen as a hitch even on a busy machine.
    const waits = await real.page.evaluate(async () => {
      const taken: number[] = [];
      for (let at = 0; at < 40; at++) {
        const from = performance.now();
        const running = await window.instructue.tasks.list();
        taken.push(performance.now() - from);
        if (running.ok && running.value.length === 0 && at > 5) break;
        await new Promise((done) => setTimeout(done, 50));
      }
      return taken;
    });
    const sorted = waits.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length * 0.5)]).toBeLessThan(100);
    await real.page.getByText('Version 2').waitFor({ timeout: 120_000 });
    await real.page.getByText(/learned from 60 that fit, beside/).waitFor();
    await real.page.getByText(/with a soft prompt/).waitFor();
    await real.page.getByText(/^Learned\./).waitFor();
    await real.page.getByRole('button', { name: 'Show me' }).click();
  });

  it('shows before and after as curves, takes notes, deletes and brings back', async () => {
    await real.page
      .getByRole('img', { name: /^Customers found among the examples/ })
      .first()
      .waitFor();
    const note = real.page.getByRole('textbox', { name: 'Note, Version 2' });
    await note.fill('from the fair in May');
    await note.blur();
    await expect
      .poll(async () => {
        const listed = await real.page.evaluate(() => window.instructue.tune.list());
        return listed.ok && listed.value[0]?.note;
      })
      .toBe('from the fair in May');
    await real.page.getByRole('button', { name: 'Make it the default' }).last().click();
    await real.page.getByText('Default', { exact: true }).waitFor();
    await real.shoot('tune-versions');
    await real.expectAccessible();
    await real.page.getByRole('button', { name: 'Delete' }).first().click();
    await real.page.getByText(`Version 2 of “${INSTRUCTION}” was deleted.`).waitFor();
    expect(await real.page.getByText('learned from 60 that fit').count()).toBe(0);
    const undo = (version: number) =>
      real.page.getByRole('button', { name: `Undo: bring version ${version} of “${INSTRUCTION}” back` });
    await undo(2).and(real.page.locator(':focus')).waitFor();
    await real.page.getByRole('button', { name: 'Delete' }).click();
    await undo(1).and(real.page.locator(':focus')).waitFor();
    await real.shoot('tune-deleted');
    await real.expectAccessible();
    // Both come back, the earlier one first.
    await undo(2).click();
    await real.page.getByText('learned from 60 that fit').waitFor();
    await undo(1).and(real.page.locator(':focus')).waitFor();
    await undo(1).click();
    await real.page.getByRole('heading', { name: 'Versions' }).and(real.page.locator(':focus')).waitFor();
    expect(await real.page.getByRole('button', { name: 'Delete' }).count()).toBe(2);
    await real.colours('dark');
    await real.shoot('tune-versions-dark');
    await real.expectAccessible();
    await real.colours('light');
  });

  it('says how many ids and characters are too many', async () => {
    await way('Paste ids');
    const start = real.page.getByRole('button', { name: 'Tune', exact: true });
    const ids = real.page.getByRole('textbox', { name: 'Customer ids' });
    await ids.fill(Array.from({ length: 10_001 }, (_, at) => `c${at}`).join(','));
    await real.page.getByText('10,001 ids are too many: leave out all but 10,000, or give them as a file.').waitFor();
    expect(await start.count()).toBe(0);
    await real.shoot('tune-too-many');
    await real.expectAccessible();
    await ids.fill('a');
    await real.page.getByText('1 id', { exact: true }).waitFor();
    await start.waitFor();
    // As somebody would paste it: setting the value from outside would pass the limit by.
    await real.page.keyboard.press('Control+i');
    await real.page.keyboard.press('Control+a');
    await real.page.keyboard.insertText('candles '.repeat(600));
    await real.page.getByText('4,000 characters are the most; what goes beyond them is cut off.').waitFor();
    expect((await real.page.getByRole('textbox', { name: 'Instruction' }).inputValue()).length).toBe(4000);
    await real.shoot('ask-too-long');
    await real.page.getByRole('textbox', { name: 'Instruction' }).fill(INSTRUCTION);
    await real.page.getByRole('navigation').getByText('Tune').click();
  });

  it('says what is wrong with ids that nobody has', async () => {
    await way('Paste ids');
    await real.page.getByRole('textbox', { name: 'Customer ids' }).fill('nobody-1, nobody-2');
    await real.page.getByRole('button', { name: 'Tune', exact: true }).last().click();
    await real.page.getByText('None of the 2 ids is a customer of the workspace').waitFor();
    real.expectNoNetwork();
  });
});
