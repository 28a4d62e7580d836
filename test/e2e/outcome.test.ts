import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

const labels = path.resolve(import.meta.dirname, '../../sample/labels.csv.gz');
const OUTCOME = 'bought_candles_tlights_sep_nov';

describe('how good a ranking is', () => {
  let real: RealApp;
  const panel = () => real.page.getByRole('region', { name: 'Check against known outcomes' });
  const part = (name: string) => real.page.getByRole('region', { name, exact: true });

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await real.shoot('outcome-failed');
  });

  async function rank(words: string): Promise<void> {
    await real.page.getByRole('textbox', { name: 'Instruction' }).fill(words);
    await real.page.getByRole('button', { name: 'Rank customers' }).click();
    await real.page.getByRole('heading', { name: words, level: 2, exact: true }).waitFor({ timeout: 170_000 });
  }

  async function evaluated(rankings: 'shown' | 'all') {
    const answer = await real.page.evaluate(
      async ([label, which]) => {
        const { rank: rankings, evaluate } = window.instructue;
        const stored = await rankings.list();
        if (!stored.ok) throw new Error(stored.error.message);
        const ids = stored.value.map(({ rankingId }) => rankingId);
        return evaluate.rankings({ rankingIds: which === 'all' ? ids : ids.slice(0, 1), label });
      },
      [OUTCOME, rankings] as const,
    );
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  }

  it('says what is missing where no outcomes are imported', async () => {
    const { page } = real;
    await page.getByRole('button', { name: /Try with sample data/ }).click();
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await rank('Customers who buy garden tools');
    await rank('Customers who buy candles and t-lights');
    await page.getByRole('button', { name: 'How good is it?' }).click();
    await panel()
      .getByText(/^No outcomes are imported/)
      .waitFor();
    await real.shoot('outcome-none');
    await real.expectAccessible();
    await panel().getByRole('button', { name: 'Add such a file' }).click();
    await real.choose(labels);
    await page.getByRole('button', { name: 'Choose files' }).click();
    await page.getByRole('button', { name: 'Import this file' }).click();
    await page.getByRole('heading', { name: 'Labels (known outcomes)' }).waitFor();
    await page.getByRole('navigation').getByText('Ask').click();
  });

  it('sets it beside the activity count, a random pick and another ranking', async () => {
    await panel().getByRole('combobox').selectOption(OUTCOME);
    await panel().getByRole('rowheader', { name: 'Random pick' }).waitFor();
    await panel().getByRole('checkbox', { name: 'Customers who buy garden tools' }).check();
    const row = (name: string) => panel().getByRole('row').filter({ hasText: name });
    await row('Customers who buy garden tools').waitFor();
    const { rankings } = await evaluated('all');
    const [candles, garden, activity] = rankings;
    // Those who are asked for are found better than by other words, and than by chance.
    expect(candles!.auc.value).toBeGreaterThan(garden!.auc.value);
    expect(candles!.auc.low).toBeGreaterThan(0.5);
    for (const [name, { auc, ks }] of [
      ['This ranking', candles!],
      ['Customers who buy garden tools', garden!],
      ['Activity count', activity!],
    ] as const) {
      const cells = await row(name).getByRole('cell').allTextContents();
      expect(cells[0]).toBe(`${auc.value.toFixed(3)} ${auc.low.toFixed(3)}–${auc.high.toFixed(3)}`);
      expect(cells[1]).toBe(ks.toFixed(3));
    }
    await real.shoot('outcome-beside');
    await real.expectAccessible();
  });

  it('shows all figures: lift by depth, precision and recall at every cut, the outcome by tenths', async () => {
    await panel().getByText('Show all figures').click();
    const { rankings, positives, customers } = await evaluated('all');
    const lifts = await part('Lift by depth').getByRole('row').nth(1).getByRole('cell').allTextContents();
    expect(lifts).toEqual(
      rankings[0]!.cuts.map(({ lift }) => `${lift.value.toFixed(2)} ${lift.low.toFixed(2)}–${lift.high.toFixed(2)}`),
    );

    const cuts = part('Precision and recall at every cut');
    const slider = cuts.getByRole('slider', { name: /^Cut/ });
    await slider.focus();
    await real.page.keyboard.press('Home');
    await real.page.keyboard.press('ArrowRight');
    const second = rankings[0]!.gains[1]!;
    await cuts.getByText(`Best ${(100 * second.share).toFixed(1)} %: ${second.count} customers`).waitFor();
    await real.page.keyboard.press('End');
    // Everybody taken: all are found, at the rate of all.
    const everybody = await cuts.getByRole('row').nth(1).getByRole('cell').allTextContents();
    expect(everybody[0]).toBe(String(positives));
    expect(everybody[1]).toContain(`${((100 * positives) / customers).toFixed(1)} %`);
    expect(everybody[2]).toContain('100.0 %');

    const gains = cuts.getByRole('img', { name: /^Gains/ });
    await gains.scrollIntoViewIfNeeded();
    const box = (await gains.boundingBox())!;
    await gains.click({ position: { x: box.width / 3, y: box.height / 2 } });
    const label = await cuts.getByText(/^Best [\d.]+ %: [\d,]+ customers$/).textContent();
    const percent = Number(/[\d.]+/.exec(label ?? '')?.[0]);
    expect(percent).toBeGreaterThan(15);
    expect(percent).toBeLessThan(40);
    await real.shoot('outcome-cuts');
    await real.expectAccessible();

    const tenths = rankings[0]!.deciles.map(({ rate }) => `${(100 * rate.value).toFixed(1)} %`);
    const chart = part('How often the outcome occurred, by tenth of the ranking').getByRole('img', {
      name: /^How often/,
    });
    for (const [at, rate] of tenths.entries())
      expect(await chart.getAttribute('aria-label')).toContain(`Tenth ${at + 1}: ${rate}`);
    await chart.scrollIntoViewIfNeeded();
    await chart.hover();
    await real.shoot('outcome-tenths');
    await real.expectAccessible();
    await real.colours('dark');
    await real.page.mouse.move(0, 0);
    await real.shoot('outcome-tenths-dark');
    await gains.scrollIntoViewIfNeeded();
    await gains.hover();
    await real.shoot('outcome-cuts-dark');
    await real.expectAccessible();
    await real.colours('light');
  });

  it('tells without outcomes how steady it is, and what that is not', async () => {
    const { page } = real;
    const without = part('Without known outcomes');
    await without.getByText('Neither is a measure of how right this ranking is.').waitFor();
    await without.getByText(/^This ranking uses the model as shipped/).waitFor();
    await without.getByRole('button', { name: 'Draw events anew' }).click();
    await without.getByRole('button', { name: 'Cancel' }).click();
    await without.getByRole('button', { name: 'Draw events anew' }).click();
    await without.getByText(/^10 times, with 1,500 customers/).waitFor({ timeout: 120_000 });
    const kept = await without.getByRole('row').filter({ hasText: 'best 10 %' }).getByRole('cell').textContent();
    const [mean, low, high] = (kept ?? '').match(/\d+/g)!.map(Number) as [number, number, number];
    expect(low <= mean && mean <= high).toBe(true);
    // Far from what chance would keep, and not everything.
    expect(low).toBeGreaterThan(30);
    expect(high).toBeLessThan(100);
    await without.getByRole('table').scrollIntoViewIfNeeded();
    await real.shoot('outcome-steady');
    await real.expectAccessible();
    expect(await page.evaluate(() => window.instructue.tasks.list())).toEqual({ ok: true, value: [] });
  });

  it('fits a small window', async () => {
    await real.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(1280, 720));
    await real.page.waitForFunction(() => innerWidth === 1280);
    await panel().getByText('Show all figures').scrollIntoViewIfNeeded();
    await real.shoot('outcome-small');
    await real.expectAccessible();
    await real.page.getByRole('button', { name: 'Back to the ranking' }).click();
    const table = real.page.getByRole('table', { name: 'Ranked customers' });
    await table.waitFor();
    await table.getByRole('cell', { name: 'top 0.1 %' }).first().waitFor();
    await real.shoot('ask-small');
    // Nothing needs to be scrolled sideways.
    const wide = await real.page.evaluate(
      () =>
        Array.from(document.querySelectorAll('.panes > *')).filter((pane) => pane.scrollWidth > pane.clientWidth)
          .length,
    );
    expect(wide).toBe(0);
  });

  it('teaches the instruction, and then tells nothing more of how good that is', async () => {
    const { page } = real;
    await page.getByRole('navigation').getByText('Tune').click();
    await page.getByRole('radio', { name: 'An outcome of your data' }).check({ force: true });
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption(OUTCOME);
    await real.shoot('tune-outcome');
    await real.expectAccessible();
    await page.getByRole('button', { name: 'Tune', exact: true }).last().click();
    await page.getByText('Version 1').waitFor({ timeout: 170_000 });
    await page.getByRole('button', { name: /^Rank with it/ }).click();
    await page.getByText('1,500 customers ranked on').waitFor({ timeout: 120_000 });
    const answer = await page.evaluate(async (label) => {
      const { rank: rankings, evaluate } = window.instructue;
      const stored = await rankings.list();
      if (!stored.ok) throw new Error(stored.error.message);
      return evaluate.rankings({ rankingIds: [stored.value[0]!.rankingId], label });
    }, OUTCOME);
    expect(answer.ok ? undefined : answer.error.code).toBe('labels-examples');
    real.expectNoNetwork();
  });
});
