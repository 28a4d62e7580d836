import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { gunzipSync } from 'node:zlib';
import { RealApp } from './real-app.js';

export const sample = path.resolve(import.meta.dirname, '../../sample');
/** What customers of the sample bought in the months after their orders. */
export const OUTCOME = 'bought_candles_tlights_sep_nov';

/** The Audience step over the real orders of the sample, ranked by two instructions: tea, then candles. */
export class RankedShop {
  private constructor(readonly real: RealApp) {}

  get page(): Page {
    return this.real.page;
  }

  static async open(): Promise<RankedShop> {
    const shop = new RankedShop(await RealApp.launch());
    const { real, page } = shop;
    await real.saveAs(path.join(real.folder, 'shop.instructue'));
    await page.getByRole('button', { name: /New workspace/ }).click();
    const files = ['transactions.csv.gz', 'profile.csv.gz', 'labels.csv.gz'];
    await real.choose(...files.map((file) => path.join(sample, file)));
    await page.getByRole('button', { name: 'Choose files' }).click();
    await page.getByRole('button', { name: 'Import 3 files' }).click();
    await page.getByRole('button', { name: 'Ask a question' }).click({ timeout: 60_000 });
    await shop.rank('Customers who buy tea cups and mugs');
    await shop.rank('Customers who buy candles and t-lights');
    await page.getByRole('button', { name: 'Make an audience' }).click();
    await page.getByText('150 of 1,500 customers').waitFor();
    return shop;
  }

  /** Ranks by an instruction; the Ask step must be open. */
  async rank(instruction: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Instruction' }).fill(instruction);
    await this.page.getByRole('button', { name: 'Rank customers' }).click();
    await this.page.getByRole('heading', { level: 2, name: instruction }).waitFor({ timeout: 170_000 });
  }

  /** Customers to contact, as the window says. */
  async size(): Promise<number> {
    const words = await this.page.getByText(/^[\d,]+ of 1,500 customers$/).textContent();
    return Number((words ?? '').split(' ')[0]!.replaceAll(',', ''));
  }

  /** Waits until the size is what a test says it must be. */
  async becomes(test: (customers: number) => boolean): Promise<void> {
    await expect.poll(() => this.size(), { timeout: 20_000 }).toSatisfy(test);
  }

  /** Chooses how the size is given. */
  sizeBy(name: string): Promise<void> {
    return this.page.getByText(name, { exact: true }).first().click();
  }

  /** Opens or closes one of the closed cards. */
  unfold(title: string): Promise<void> {
    return this.page.getByRole('heading', { level: 2, name: title }).click();
  }

  /** Fills a field as a person does who goes on with Enter. */
  async enter(name: string, value: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name });
    await field.fill(value);
    await field.press('Enter');
  }

  /** Exports 450 customers to contact and as many held out as campaign.csv; its path. */
  async exportCampaign(): Promise<string> {
    await this.page.getByLabel('Holdout').selectOption('50 %');
    await this.enter('Share of customers', '60');
    await this.becomes((customers) => customers === 450);
    return this.exportAs('campaign.csv');
  }

  /** Exports into the run's folder; the file's path. */
  async exportAs(name: string): Promise<string> {
    const target = path.join(this.real.folder, name);
    await this.real.saveAs(target);
    await this.page.getByRole('button', { name: 'Export audience' }).click();
    await this.page.getByText(`/${name}`).first().waitFor();
    return target;
  }
}

/** What tests read of a manifest. */
interface Manifest {
  ask: unknown;
  audience: { size: unknown };
  counts: Record<string, number>;
  offers: unknown;
}

export function manifestOf(file: string): Manifest {
  return JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Manifest;
}

/** Rows of a plain CSV file by column, unpacked when it ends in .gz. */
export function table(file: string): Record<string, string>[] {
  const bytes = readFileSync(file);
  const [header, ...rows] = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split(/\r?\n/);
  const names = header!.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at]!, cell])));
}
