import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { exportLines, register } from '../../electron/cli/commands/export.js';

const folder = mkdtempSync(join(tmpdir(), 'export-'));
const offers = join(folder, 'offers.json');
writeFileSync(offers, JSON.stringify({ offers: [{ name: 'tea', instruction: 'buys tea' }] }));

/** A manifest that says no more than it must. */
function exampleManifest(rankings: object[]): object {
  const none = { counts: {}, holdout: null, platform: null, inputs: [], outputs: [] };
  const about = { manifest: 'instructue-export', version: 1, createdAt: '', app: '', workspace: '', format: 'csv' };
  return { ...about, ...none, ask: { target: { instruction: 'i' } }, rankings, audience: {} };
}

/** Runs `export`, which must fail before it opens the workspace: there is none. */
async function refused(...args: string[]): Promise<unknown> {
  const program = new Command().exitOverride();
  register(program);
  const words = ['export', '--workspace', join(folder, 'none.instructue'), '--out', join(folder, 'o.csv'), ...args];
  return program.parseAsync(words, { from: 'user' }).catch((error: unknown) => error);
}

describe('the command export', () => {
  it('says how offers were compared, why, and who got how many', () => {
    const counts = { ranked: 9, notIncluded: 0, excluded: 0, suppressed: 0, withoutConsent: 0, contactedTooOften: 0 };
    const lines = exportLines({
      file: 'o.csv',
      members: 'm',
      manifest: 'x',
      customers: 8,
      counts: { ...counts, beyondSize: 1, overCap: 0, selected: 8, treated: 8, holdout: 0 },
      lists: [],
      warnings: [],
      platform: null,
      offers: {
        comparison: 'rank',
        reason: 'labels on 1 of 2 offers, so scores are percentiles',
        perOffer: [
          { offer: 'tea', capacity: 5, customers: 5 },
          { offer: 'cake', capacity: null, customers: 3 },
        ],
      },
    });
    expect(lines).toContain('offers compared: labels on 1 of 2 offers, so scores are percentiles');
    expect(lines).toEqual(expect.arrayContaining(['  tea: 5 customers of at most 5', '  cake: 3 customers']));
  });

  it('refuses what would be ignored beside a manifest, and --fit unless the manifest names none', async () => {
    const manifest = (...rankings: object[]) => {
      const file = join(folder, `${rankings.length}.manifest.json`);
      writeFileSync(file, JSON.stringify(exampleManifest(rankings)));
      return file;
    };
    const ranked = { name: 'i', instruction: 'i', answer: null, contrast: null, model: 'm', device: null };
    const before = manifest({ ...ranked, customers: 1, sha256: '' });
    for (const option of ['--top=5', '--instruction=tea', '--format=csv', `--offers=${offers}`]) {
      expect(await refused('--manifest', before, option)).toMatchObject({
        code: 'option-invalid',
        message: `${option.split('=')[0]!} would be ignored: the manifest says how the export was made`,
      });
    }
    expect(await refused('--manifest', before, '--fit', '1')).toMatchObject({ code: 'workspace-missing' });
    const named = { ...ranked, customers: 1, sha256: '', fit: 'none' };
    expect(await refused('--manifest', manifest(named, named), '--fit', '1')).toMatchObject({ code: 'option-invalid' });
  });

  it('refuses what would be ignored beside offers', async () => {
    expect(await refused('--offers', offers, '--tuned', 'x')).toMatchObject({
      code: 'option-invalid',
      message: '--tuned does not apply to offers',
    });
    for (const option of ['--percent=5', '--cap=city=30', '--fairness=city']) {
      expect(await refused('--offers', offers, option)).toMatchObject({ code: 'offers-rules' });
    }
  });
});
